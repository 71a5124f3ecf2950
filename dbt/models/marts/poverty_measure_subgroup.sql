{{ config(meta={"kept_by": "survey_year"}) }}
{# Residents are known of rural and urban communes only; every other subgroup is measured among reviewed households, in
   columns that say so. Shares of the area's poor need no residents. #}
{% set key = area_key() + ['subgroup_type', 'subgroup_code'] -%}
with

totals as (
    select * from {{ ref('int_measure_area') }}
    where subgroup_type <> 'all'
),

weights as (
    select * from {{ ref('int_indicator_weight') }}
),

measured as (
    {{ measure_overall('totals', 'weights', key + ['standard_code'], indicators(),
        'totals.standard_code = weights.standard_code') }}
)

{% set parts = 'over (partition by ' ~ (area_key() + ['subgroup_type', 'unit', 'weighting']) | join(', ') ~ ')' -%}

select
    {{ key | join(', ') }},
    unit,
    weighting,
    headcount_ratio,
    intensity,
    adjusted_headcount_ratio,
    headcount_ratio_among_reviewed,
    adjusted_headcount_ratio_among_reviewed,
    {{ ratio('poor', 'sum(poor) ' ~ parts) }} as share_of_poor,
    {{ ratio('score', 'sum(score) ' ~ parts) }} as relative_contribution,
    population,
    reviewed,
    poor,
    cast(score as bigint) as weighted_deprivations,
    weight_denominator,
    standard_code
from measured
