{# The provisional identity: the chain of codes that communes state, last year's code to this year's row. #}
with recursive

key_pads as (
    select inner_pad_hex, outer_pad_hex
    from {{ source('secrets', 'pseudonym_key') }}
),

records as (
    select
        source_file_id,
        row_number,
        survey_year,
        commune_code,
        household_code,
        previous_household_code,
        recorded_class = 'left_list' as is_left_list
    from {{ ref('int_household_classified') }}
),

{# A code should be unique within its year; where it is not, a household that is still there comes first. #}
predecessors as (
    select source_file_id, row_number, survey_year, household_code
    from records
    qualify row_number() over (
        partition by survey_year, household_code
        order by is_left_list, commune_code, source_file_id, row_number
    ) = 1
),

{# One to one; a household that moved has a row where it left and another where it is now. #}
links as (
    select
        records.source_file_id,
        records.row_number,
        predecessors.source_file_id as previous_source_file_id,
        predecessors.row_number as previous_row_number
    from records
    inner join {{ ref('int_survey_year') }} as survey_years on records.survey_year = survey_years.survey_year
    inner join predecessors
        on
            survey_years.previous_survey_year = predecessors.survey_year
            and records.previous_household_code = predecessors.household_code
    qualify row_number() over (
        partition by predecessors.source_file_id, predecessors.row_number, records.is_left_list
        order by records.commune_code, records.household_code, records.row_number
    ) = 1
),

chains (source_file_id, row_number, first_record) as (
    select
        records.source_file_id,
        records.row_number,
        concat(
            cast(records.survey_year as {{ dbt.type_string() }}),
            '|', records.commune_code,
            '|', records.household_code
        )
    from records
    left join links
        on
            records.source_file_id = links.source_file_id
            and records.row_number = links.row_number
    where links.row_number is null

    union all

    select
        links.source_file_id,
        links.row_number,
        chains.first_record
    from chains
    inner join links
        on
            chains.source_file_id = links.previous_source_file_id
            and chains.row_number = links.previous_row_number
),

households as (
    select distinct
        chains.first_record,
        {{ hmac_sha256('chains.first_record', 'key_pads.inner_pad_hex', 'key_pads.outer_pad_hex') }} as household_id
    from chains
    cross join key_pads
)

select
    records.source_file_id,
    records.row_number,
    records.survey_year,
    households.household_id,
    row_number() over (
        partition by households.household_id, records.survey_year
        order by records.is_left_list, records.commune_code, records.row_number
    ) = 1 as is_row_of_the_year
from records
inner join chains
    on
        records.source_file_id = chains.source_file_id
        and records.row_number = chains.row_number
inner join households on chains.first_record = households.first_record
