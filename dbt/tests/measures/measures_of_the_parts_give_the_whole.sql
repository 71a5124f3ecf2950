{# Districts, communes and area classes, weighted by their population, make the province; subgroups make their area.
   From 2025 on districts have no residents; and a household that nothing before gives a district is in none. #}
{% set sums = ['reviewed', 'poor', 'weighted_deprivations'] -%}
{% set subgroup_types = measure_subgroups().keys() | list + ['area_class'] -%}
with

{# Where residents are unknown or stated as none there is no ratio, but the poor of the place are in the province's. #}
measures as (
    select
        *,
        coalesce(
            population * adjusted_headcount_ratio,
            cast(weighted_deprivations as double) / weight_denominator
        ) as weighted_measure
    from {{ ref('poverty_measure') }}
),

without_district as (
    select distinct survey_year
    from {{ ref('int_household_year') }}
    where district_code is null
),

levels as (
    select
        survey_year,
        boundary,
        area_level,
        unit,
        weighting,
        count(population) as with_residents,
        sum(population) as population,
        sum(weighted_measure) as weighted_measure,
        {% for sum in sums -%}
        sum({{ sum }}) as {{ sum }}{{ ',' if not loop.last }}
        {% endfor -%}
    from measures
    group by survey_year, boundary, area_level, unit, weighting
),

subgroup_types as (
    {% for subgroup_type in subgroup_types -%}
    select '{{ subgroup_type }}' as subgroup_type
    {{ 'union all' if not loop.last }}
    {% endfor -%}
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
        {{ equal_on('parts', 'whole', ['survey_year', 'boundary', 'unit', 'weighting']) }}
        and whole.area_level = 'province'
left join without_district
    on
        parts.survey_year = without_district.survey_year
        and parts.area_level = 'district'
where
    without_district.survey_year is null
    and (
        (
            (parts.area_level <> 'district' or parts.with_residents > 0)
            and coalesce(parts.population, 0) <> coalesce(whole.population, 0)
        )
        {% for sum in sums -%}
        or parts.{{ sum }} <> whole.{{ sum }}
        {% endfor -%}
        or abs(parts.weighted_measure - whole.weighted_measure) > 1e-9 * greatest(whole.weighted_measure, 1)
    )

union all

select
    subgroup_types.subgroup_type,
    measures.survey_year,
    measures.boundary,
    measures.unit,
    measures.weighting
from measures
cross join subgroup_types
left join subgroups
    on
        {{ equal_on('measures', 'subgroups', area_key() + ['unit', 'weighting']) }}
        and subgroup_types.subgroup_type = subgroups.subgroup_type
where
    (
        subgroup_types.subgroup_type = 'area_class'
        and coalesce(subgroups.population, 0) <> coalesce(measures.population, 0)
    )
    {% for sum in sums -%}
    or coalesce(subgroups.{{ sum }}, 0) <> measures.{{ sum }}
    {% endfor -%}
