with

survey_years as (
    select * from {{ ref('int_survey_year') }}
),

records as (
    select * from {{ ref('int_household_identity') }}
),

listed_before as (
    select
        survey_years.survey_year,
        survey_years.cutoff_date,
        households.survey_year as previous_survey_year,
        households.commune_code as previous_commune_code,
        households.commune_valid_from as previous_commune_valid_from,
        households.household_code,
        households.row_number as previous_row_number,
        records.household_id
    from {{ ref('int_household_classified') }} as households
    inner join records
        on
            households.source_file_id = records.source_file_id
            and households.row_number = records.row_number
    inner join survey_years on households.survey_year = survey_years.previous_survey_year
    where households.recorded_class in ('poor', 'near_poor')
),

{# A household whose row of this year waits in quarantine is not gone. #}
waiting as (
    select distinct households.survey_year, households.previous_household_code
    from {{ ref('stg_household') }} as households
    inner join {{ ref('stg_source_file') }} as files on households.source_file_id = files.source_file_id
    inner join {{ ref('int_household_row_problem') }} as problems
        on
            households.source_file_id = problems.source_file_id
            and households.row_number = problems.row_number
    where files.is_in_force
),

household_sheets as (
    select source_file_id, min(sheet) as sheet
    from {{ ref('stg_household') }}
    group by source_file_id
)

select
    communes.source_file_id,
    'household' as role,
    household_sheets.sheet,
    cast(null as integer) as row_number,
    'household_code' as column_name,
    'listed_household_without_row' as check_code,
    'hàng ' || cast(listed_before.previous_row_number as {{ dbt.type_string() }})
    || ' của danh sách năm ' || cast(listed_before.previous_survey_year as {{ dbt.type_string() }})
    || ', mã xã ' || listed_before.previous_commune_code as detail
from listed_before
left join records
    on
        listed_before.household_id = records.household_id
        and listed_before.survey_year = records.survey_year
left join waiting
    on
        listed_before.survey_year = waiting.survey_year
        and listed_before.household_code = waiting.previous_household_code
inner join {{ ref('int_commune_lineage') }} as lineage
    on
        listed_before.previous_commune_code = lineage.commune_code
        and listed_before.previous_commune_valid_from = lineage.valid_from
        and listed_before.cutoff_date >= lineage.holds_from
        and (lineage.holds_until is null or listed_before.cutoff_date < lineage.holds_until)
inner join {{ ref('int_commune_year') }} as communes
    on
        listed_before.survey_year = communes.survey_year
        and lineage.current_code = communes.commune_code
        and communes.is_received
left join household_sheets on communes.source_file_id = household_sheets.source_file_id
where records.household_id is null and waiting.previous_household_code is null
