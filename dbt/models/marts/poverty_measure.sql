{{ config(meta={"kept_by": "survey_year"}) }}
with

totals as (
    select * from {{ ref('int_measure_area') }}
    where subgroup_type = 'all'
),

weights as (
    select * from {{ ref('int_indicator_weight') }}
),

measured as (
    {{ measure_overall('totals', 'weights', area_key() + ['standard_code'], indicators(),
        'totals.standard_code = weights.standard_code') }}
)

select
    {{ area_key() | join(', ') }},
    unit,
    weighting,
    headcount_ratio,
    intensity,
    adjusted_headcount_ratio,
    headcount_ratio_among_reviewed,
    adjusted_headcount_ratio_among_reviewed,
    population,
    reviewed,
    poor,
    cast(score as bigint) as weighted_deprivations,
    weight_denominator,
    standard_code
from measured
