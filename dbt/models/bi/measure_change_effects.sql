{# The change of M0 = H x A between two years of one standard by its Shapley values: the incidence effect is the change
   of H at the mean of both A, the intensity effect that of A at the mean of both H, which is a sum over indicators
   because A is one. Where nobody is poor in one of the years A is unknown and there is no split. #}
{% set key = ['area_key', 'unit'] -%}
with

measures as (
    select
        {{ area_key_text('boundary', 'area_level', 'area_code') }} as area_key,
        survey_year,
        unit,
        standard_code,
        poor,
        headcount_ratio,
        intensity,
        adjusted_headcount_ratio
    from {{ ref('poverty_measure') }}
    where boundary = 'harmonised' and area_level in ('province', 'commune') and weighting = 'equal'
        and intensity is not null and headcount_ratio is not null
),

indicators as (
    select
        {{ area_key_text('boundary', 'area_level', 'area_code') }} as area_key,
        survey_year,
        unit,
        indicator_code,
        cast(weight_numerator as double) / weight_denominator as weight,
        poor_deprived
    from {{ ref('poverty_measure_indicator') }}
    where boundary = 'harmonised' and weighting = 'equal'
),

pairs as (
    select
        {{ qualified('earlier', key) }},
        earlier.survey_year as from_year,
        later.survey_year as to_year,
        earlier.standard_code,
        earlier.poor as from_poor,
        later.poor as to_poor,
        later.adjusted_headcount_ratio - earlier.adjusted_headcount_ratio as measure_change,
        (later.headcount_ratio + earlier.headcount_ratio) / 2 as mean_headcount_ratio,
        (later.headcount_ratio - earlier.headcount_ratio) * (later.intensity + earlier.intensity) / 2
            as incidence_effect
    from measures as earlier
    inner join measures as later
        on
            {{ equal_on('earlier', 'later', key + ['standard_code']) }}
            and earlier.survey_year < later.survey_year
),

effects as (
    select
        {{ key | join(', ') }},
        from_year,
        to_year,
        standard_code,
        'incidence' as effect_code,
        measure_change,
        incidence_effect as effect
    from pairs

    union all

    select
        {{ qualified('pairs', key) }},
        pairs.from_year,
        pairs.to_year,
        pairs.standard_code,
        earlier.indicator_code,
        pairs.measure_change,
        pairs.mean_headcount_ratio * earlier.weight * (
            cast(later.poor_deprived as double) / pairs.to_poor
            - cast(earlier.poor_deprived as double) / pairs.from_poor
        )
    from pairs
    inner join indicators as earlier
        on
            {{ equal_on('pairs', 'earlier', key) }}
            and pairs.from_year = earlier.survey_year
    inner join indicators as later
        on
            {{ equal_on('pairs', 'later', key) }}
            and pairs.to_year = later.survey_year
            and earlier.indicator_code = later.indicator_code
)

select
    effects.area_key,
    effects.from_year,
    effects.to_year,
    effects.unit,
    effects.effect_code,
    coalesce(indicators.name_vi, labels.label_vi) as effect_vi,
    coalesce(indicators.name_en, labels.label_en) as effect_en,
    effects.standard_code,
    effects.effect,
    effects.measure_change
from effects
left join {{ ref('bi_dim_indicator') }} as indicators on effects.effect_code = indicators.indicator_code
left join {{ source('reference', 'labels') }} as labels
    on labels.kind = 'change_effect' and effects.effect_code = labels.code
