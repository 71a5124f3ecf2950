{# Districts, communes and area classes, weighted by their population, make the province; subgroups make their area. A
   level where some area's residents are unknown (harmonised districts from 2025 on) is left out, as in area_year. #}
{% set sums = ['reviewed', 'poor', 'weighted_deprivations'] -%}
with

measures as (
    select
        *,
        population * adjusted_headcount_ratio as weighted_measure
    from {{ ref('poverty_measure') }}
),

levels as (
    select
        survey_year,
        boundary,
        area_level,
        unit,
        weighting,
        count(*) - count(population) as without_residents,
        sum(population) as population,
        sum(weighted_measure) as weighted_measure,
        {% for sum in sums -%}
        sum({{ sum }}) as {{ sum }}{{ ',' if not loop.last }}
        {% endfor -%}
    from measures
    group by survey_year, boundary, area_level, unit, weighting
),

subgroups as (
    select
        {{ area_key() | join(', ') }},
        subgroup_type,
        unit,
        weighting,
        {% for sum in sums -%}
        sum({{ sum }}) as {{ sum }},
        {% endfor -%}
        sum(case when subgroup_type = 'area_class' then population end) as population
    from {{ ref('poverty_measure_subgroup') }}
    group by {{ area_key() | join(', ') }}, subgroup_type, unit, weighting
)

select
    parts.area_level as part,
    parts.survey_year,
    parts.boundary,
    parts.unit,
    parts.weighting
from levels as parts
inner join levels as whole
    on
        {{ same('parts', 'whole', ['survey_year', 'boundary', 'unit', 'weighting']) }}
        and whole.area_level = 'province'
where
    (parts.without_residents = 0 or parts.area_level <> 'district')
    and (
        coalesce(parts.population, 0) <> coalesce(whole.population, 0)
        {% for sum in sums -%}
        or parts.{{ sum }} <> whole.{{ sum }}
        {% endfor -%}
        or (
            parts.without_residents = 0
            and abs(parts.weighted_measure - whole.weighted_measure) > 1e-9 * greatest(whole.weighted_measure, 1)
        )
    )

union all

select
    subgroups.subgroup_type,
    subgroups.survey_year,
    subgroups.boundary,
    subgroups.unit,
    subgroups.weighting
from subgroups
inner join measures on {{ same('subgroups', 'measures', area_key() + ['unit', 'weighting']) }}
where
    (subgroups.subgroup_type = 'area_class' and coalesce(subgroups.population, 0) <> coalesce(measures.population, 0))
    {% for sum in sums -%}
    or subgroups.{{ sum }} <> measures.{{ sum }}
    {% endfor -%}
