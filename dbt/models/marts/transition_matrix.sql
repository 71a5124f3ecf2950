{# Harmonised areas: those of the year before, else (no row then) those of this year. #}
{% set from_key = ['from_year', 'to_year', 'area_level', 'area_code', 'from_class'] -%}
with

flows as (
    select
        flows.survey_year,
        flows.from_class,
        flows.to_class,
        case when flows.from_class = 'not_listed' then flows.to_commune_code else flows.from_commune_code end
            as commune_code,
        case when flows.from_class = 'not_listed' then flows.to_district_code else flows.from_district_code end
            as district_code,
        flows.households
    from {{ ref('int_movement_flow') }} as flows
),

counted as (
    select
        survey_years.previous_survey_year as from_year,
        flows.survey_year as to_year,
        blocks.area_level,
        blocks.area_code,
        flows.from_class,
        flows.to_class,
        cast(sum(flows.households) as bigint) as households
    from flows
    inner join {{ ref('int_survey_year') }} as survey_years on flows.survey_year = survey_years.survey_year
    inner join {{ ref('int_movement_block_area') }} as blocks
        on
            flows.survey_year = blocks.survey_year
            and flows.commune_code = blocks.commune_code
            and flows.district_code is not distinct from blocks.district_code
            and blocks.boundary = 'harmonised'
    group by
        survey_years.previous_survey_year,
        flows.survey_year,
        blocks.area_level,
        blocks.area_code,
        flows.from_class,
        flows.to_class
)

select
    {{ from_key | join(', ') }},
    to_class,
    households,
    {{ ratio('households', 'sum(households) over (partition by ' ~ from_key | join(', ') ~ ')') }}
        as share_of_from_class
from counted
