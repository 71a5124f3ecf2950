{# Every row of a loaded year stands once at the end of a transition, and once at the start of the next. #}
with

survey_years as (
    select * from {{ ref('int_survey_year') }}
),

households as (
    select survey_year, poverty_class, count(*) as households
    from {{ ref('fct_household_year') }}
    group by survey_year, poverty_class
),

transitions as (
    select from_year, to_year, from_class, to_class, count(*) as households
    from {{ ref('fct_household_transition') }}
    group by from_year, to_year, from_class, to_class
),

sides as (
    select to_year as survey_year, to_class as poverty_class, 'to' as side, sum(households) as households
    from transitions
    group by to_year, to_class

    union all

    select from_year, from_class, 'from', sum(households)
    from transitions
    group by from_year, from_class
),

expected as (
    select households.survey_year, households.poverty_class, 'to' as side, households.households
    from households
    inner join survey_years on households.survey_year = survey_years.survey_year
    where survey_years.previous_survey_year is not null

    union all

    select households.survey_year, households.poverty_class, 'from', households.households
    from households
    inner join survey_years on households.survey_year = survey_years.previous_survey_year
)

select coalesce(expected.survey_year, sides.survey_year) as survey_year, expected.poverty_class, expected.side
from expected
full outer join sides on {{ equal_on('expected', 'sides', ['survey_year', 'poverty_class', 'side']) }}
where
    coalesce(sides.poverty_class, '') <> 'not_listed'
    and expected.households is distinct from sides.households
