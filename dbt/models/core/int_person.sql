{{ config(meta={"kept_by": "source_file_id"}) }}
with

households as (
    select * from {{ ref('int_household_classified') }}
    where recorded_class <> 'left_list'
),

survey_years as (
    select * from {{ ref('int_survey_year') }}
),

members as (
    select * from {{ ref('stg_member') }}
),

aged as (
    select
        households.source_file_id,
        households.row_number as household_row_number,
        members.row_number,
        households.survey_year,
        households.commune_code,
        households.recorded_class as poverty_class,
        coalesce(members.sex, 'unknown') as sex,
        case
            when members.birth_date is null then households.survey_year - members.birth_year
            {# A birthday after the cut-off date comes too late for another year. #}
            when month(members.birth_date) * 100 + day(members.birth_date)
                > month(survey_years.cutoff_date) * 100 + day(survey_years.cutoff_date)
                then year(survey_years.cutoff_date) - year(members.birth_date) - 1
            else year(survey_years.cutoff_date) - year(members.birth_date)
        end as age,
        members.has_health_insurance
    from members
    inner join households
        on
            members.source_file_id = households.source_file_id
            and members.household_code = households.household_code
    inner join survey_years on households.survey_year = survey_years.survey_year
)

select
    *,
    case
        when age is null then 'unknown'
        when age < 6 then 'under_6'
        when age < 16 then '6_to_15'
        when age < 60 then '16_to_59'
        else '60_and_over'
    end as age_group
from aged
