with

effects as (
    select * from {{ ref('int_change_effect') }}
    where change <> 0
),

blocks as (
    select * from {{ ref('int_movement_block_area') }}
    where boundary = 'harmonised'
)

select
    survey_years.previous_survey_year as from_year,
    survey_years.survey_year as to_year,
    from_areas.area_level,
    from_areas.area_code,
    effects.list,
    effects.movement,
    cast(sum(effects.households) as bigint) as households,
    cast(sum(effects.change) as bigint) as change,
    {% for effect in change_effects() -%}
    {{ divide_by_4('sum(effects.' ~ effect ~ '_effect_times_4)') }} as {{ effect }}_effect{{ ',' if not loop.last }}
    {% endfor -%}
from effects
inner join {{ ref('int_survey_year') }} as survey_years on effects.survey_year = survey_years.survey_year
{{ join_areas_of('from', 'effects') }}
group by
    survey_years.previous_survey_year,
    survey_years.survey_year,
    from_areas.area_level,
    from_areas.area_code,
    effects.list,
    effects.movement
