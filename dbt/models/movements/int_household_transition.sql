{{ config(meta={"kept_by": "to_year", "reads_earlier_years": ["int_household_year"]}) }}
with

survey_years as (
    select * from {{ ref('int_survey_year') }}
),

carried as (
    select * from {{ ref('int_commune_year_bridge') }}
),

households as (
    select * from {{ ref('int_household_year') }}
),

recorded as (
    select source_file_id, row_number, movement as recorded_movement
    from {{ ref('int_household_classified') }}
    where movement is not null
),

first_years as (
    select
        household_id,
        min(case when poverty_class = 'poor' then survey_year end) as first_poor_year,
        min(case when {{ on_a_list('poverty_class') }} then survey_year end) as first_listed_year
    from households
    group by household_id
),

from_side as (
    select
        households.household_id,
        survey_years.previous_survey_year as from_year,
        survey_years.survey_year as to_year,
        households.poverty_class,
        households.commune_code,
        carried.commune_code as carried_commune_code,
        households.district_code,
        households.member_count
    from households
    inner join survey_years on households.survey_year = survey_years.previous_survey_year
    inner join carried
        on
            survey_years.survey_year = carried.survey_year
            and households.commune_code = carried.previous_commune_code
),

to_side as (
    select
        households.household_id,
        survey_years.previous_survey_year as from_year,
        survey_years.survey_year as to_year,
        households.poverty_class,
        households.commune_code,
        households.district_code,
        households.member_count,
        households.source_file_id,
        households.source_row,
        recorded.recorded_movement
    from households
    inner join survey_years on households.survey_year = survey_years.survey_year
    left join recorded
        on
            households.source_file_id = recorded.source_file_id
            and households.source_row = recorded.row_number
    where survey_years.previous_survey_year is not null
),

paired as (
    select
        coalesce(to_side.household_id, from_side.household_id) as household_id,
        coalesce(to_side.from_year, from_side.from_year) as from_year,
        coalesce(to_side.to_year, from_side.to_year) as to_year,
        coalesce(from_side.poverty_class, 'not_listed') as from_class,
        coalesce(to_side.poverty_class, 'not_listed') as to_class,
        from_side.commune_code as from_commune_code,
        from_side.carried_commune_code,
        to_side.commune_code as to_commune_code,
        from_side.district_code as from_district_code,
        to_side.district_code as to_district_code,
        coalesce(from_side.member_count, 0) as from_member_count,
        coalesce(to_side.member_count, 0) as to_member_count,
        to_side.source_file_id,
        to_side.source_row,
        to_side.recorded_movement
    from from_side
    full outer join to_side
        on
            from_side.household_id = to_side.household_id
            and from_side.to_year = to_side.to_year
),

placed as (
    select
        paired.*,
        {{ list_status('paired.from_class') }} as from_status,
        {{ list_status('paired.to_class') }} as to_status,
        coalesce(paired.carried_commune_code <> paired.to_commune_code, false) as is_in_another_commune,
        coalesce(
            case paired.to_class
                when 'poor' then first_years.first_poor_year
                when 'near_poor' then first_years.first_listed_year
            end < paired.to_year, false
        ) as was_listed_before
    from paired
    inner join first_years on paired.household_id = first_years.household_id
)

select
    *,
    case
        when {{ on_a_list('from_class') }} and to_status = 'gone' then concat(from_class, '_left_list')
        when from_status = to_status and to_status <> 'gone' then concat('stayed_', to_status)
        when {{ on_a_list('from_class') }} then concat(from_class, '_to_', to_status)
        when {{ on_a_list('to_class') }} and was_listed_before then concat('returned_to_', to_class)
        when {{ on_a_list('to_class') }} and recorded_movement in ('moved_in', 'split_off')
            then concat('arrived_', to_class)
        when {{ on_a_list('to_class') }} then concat('newly_', to_class)
    end as movement
from placed
