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
    {{ measure_by_indicator('totals', 'weights', area_key() + ['standard_code'], indicators(),
        'totals.standard_code = weights.standard_code') }}
)

select
    {{ area_key() | join(', ') }},
    unit,
    weighting,
    indicator_code,
    censored_headcount_ratio,
    absolute_contribution,
    relative_contribution,
    uncensored_headcount_ratio_among_reviewed,
    poor_deprived,
    deprived as reviewed_deprived,
    weight_numerator,
    weight_denominator
from measured
