{# Children of every reviewed household: members under 16 at the cut-off date. With a birth year alone, those who do not
   turn 16 in the survey year or before; a member without a birth year is not counted. #}
with

households as (
    select * from {{ ref('fct_household_year') }}
    where poverty_class <> 'left_list'
),

codes as (
    select source_file_id, row_number, household_code
    from {{ ref('stg_household') }}
),

survey_years as (
    select
        survey_year,
        survey_year - {{ var('child_age_limit') }} as last_birth_year,
        cast(
            concat(
                cast(survey_year - {{ var('child_age_limit') }} as {{ dbt.type_string() }}),
                '-{{ var("cutoff_month_day") }}'
            ) as date
        ) as last_birth_date
    from {{ ref('int_survey_year') }}
),

children as (
    select
        members.source_file_id,
        members.household_code,
        count(*) as children
    from {{ ref('stg_member') }} as members
    inner join survey_years on members.survey_year = survey_years.survey_year
    where
        members.birth_year > survey_years.last_birth_year
        or members.birth_date > survey_years.last_birth_date
    group by members.source_file_id, members.household_code
)

select
    households.household_id,
    households.survey_year,
    households.commune_code,
    households.district_code,
    households.poverty_class,
    {% for indicator in indicators() -%}
    households.is_deprived_{{ indicator }},
    {% endfor -%}
    children.children
from households
inner join codes
    on
        households.source_file_id = codes.source_file_id
        and households.source_row = codes.row_number
inner join children
    on
        codes.source_file_id = children.source_file_id
        and codes.household_code = children.household_code
