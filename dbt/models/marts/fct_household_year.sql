{{ config(meta={"kept_by": "survey_year", "reads_earlier_years": ["int_household_year"]}) }}
{% set marks = prefixed('is_deprived_', indicators()) + ['head_is_female', 'head_is_ethnic_minority',
    'is_merit_household', 'is_social_protection', 'lacks_labour_capacity']
    + prefixed('need_', needs()) + prefixed('cause_', causes()) -%}
with

households as (
    select * from {{ ref('int_household_classified') }}
),

identity as (
    select * from {{ ref('int_household_year') }}
),

{# The last year before this one in which the household was on a list. #}
listed_before as (
    select
        household_id,
        survey_year,
        max(case when {{ on_a_list('poverty_class') }} then survey_year end) over (
            partition by household_id
            order by survey_year
            rows between unbounded preceding and 1 preceding
        ) as last_listed_year
    from identity
)

select
    identity.household_id,
    households.survey_year,
    households.standard_code,
    households.commune_code,
    households.commune_valid_from,
    identity.harmonised_commune_code,
    identity.district_code,
    households.area_class,
    households.member_count,
    households.recorded_class as poverty_class,
    households.computed_class,
    households.b1_score,
    households.b2_score,
    households.income_per_capita_vnd,
    households.deprivation_count,
    {% for mark in marks -%}
    households.{{ mark }},
    {% endfor -%}
    households.poverty_group,
    households.recorded_class in ('average', 'non_poor')
    and coalesce(
        listed_before.last_listed_year >= households.survey_year - {{ var('newly_escaped_years') }}, false
    ) as is_newly_escaped,
    households.source_file_id,
    households.row_number as source_row
from identity
inner join households
    on
        identity.source_file_id = households.source_file_id
        and identity.source_row = households.row_number
inner join listed_before
    on
        identity.household_id = listed_before.household_id
        and identity.survey_year = listed_before.survey_year
