{% set marks = prefixed('is_deprived_', indicators()) + ['head_is_female', 'head_is_ethnic_minority',
    'is_merit_household', 'is_social_protection', 'lacks_labour_capacity']
    + prefixed('need_', needs()) + prefixed('cause_', causes()) -%}
with

households as (
    select * from {{ ref('int_household_classified') }}
),

identity as (
    select * from {{ ref('int_household_identity') }}
    where is_row_of_the_year
),

districts as (
    select * from {{ ref('int_household_district') }}
),

communes as (
    select survey_year, commune_code, harmonised_commune_code
    from {{ ref('int_commune_year') }}
),

{# The last year before this one in which the household was on a list. #}
listed_before as (
    select
        identity.household_id,
        identity.survey_year,
        max(case when households.recorded_class in ('poor', 'near_poor') then identity.survey_year end) over (
            partition by identity.household_id
            order by identity.survey_year
            rows between unbounded preceding and 1 preceding
        ) as last_listed_year
    from identity
    inner join households
        on
            identity.source_file_id = households.source_file_id
            and identity.row_number = households.row_number
)

select
    identity.household_id,
    households.survey_year,
    households.standard_code,
    households.commune_code,
    households.commune_valid_from,
    communes.harmonised_commune_code,
    districts.district_code,
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
        and identity.row_number = households.row_number
inner join communes
    on
        households.survey_year = communes.survey_year
        and households.commune_code = communes.commune_code
inner join districts
    on
        identity.household_id = districts.household_id
        and identity.survey_year = districts.survey_year
inner join listed_before
    on
        identity.household_id = listed_before.household_id
        and identity.survey_year = listed_before.survey_year
