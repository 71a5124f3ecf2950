{# The closing of every commune of the year before, carried to this year's units and summed to their areas, is this
   year's opening there; in harmonised areas the closing of the same area is. #}
{% set key = area_key() + ['list', 'unit'] -%}
with

movements as (
    select * from {{ ref('poverty_movement') }}
),

survey_years as (
    select * from {{ ref('int_survey_year') }}
),

closings as (
    select
        survey_years.survey_year,
        movements.area_level,
        movements.boundary,
        movements.area_code,
        movements.list,
        movements.unit,
        movements.closing
    from movements
    inner join survey_years on movements.survey_year = survey_years.previous_survey_year
),

carried as (
    select * from closings
    where boundary = 'harmonised'

    union all

    select
        {{ qualified('areas', area_key()) }},
        closings.list,
        closings.unit,
        sum(closings.closing) as closing
    from closings
    inner join {{ ref('int_commune_year_bridge') }} as communes
        on
            closings.survey_year = communes.survey_year
            and closings.area_code = communes.previous_commune_code
    inner join {{ ref('int_block_area') }} as areas
        on
            communes.survey_year = areas.survey_year
            and communes.commune_code = areas.commune_code
            and areas.boundary = 'as_reviewed'
    where closings.area_level = 'commune' and closings.boundary = 'as_reviewed'
    group by {{ qualified('areas', area_key()) }}, closings.list, closings.unit
)

select {{ qualified('movements', key) }}
from movements
left join carried on {{ equal_on('movements', 'carried', key) }}
where movements.opening is not null and movements.opening <> coalesce(carried.closing, 0)

union all

select {{ qualified('carried', key) }}
from carried
left join movements on {{ equal_on('movements', 'carried', key) }}
where carried.closing > 0 and movements.opening is distinct from carried.closing
