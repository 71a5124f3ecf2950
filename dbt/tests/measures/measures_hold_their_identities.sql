{# M0 = H x A, A null exactly where nobody is poor, contributions adding up to M0 and to 1. Whole numbers are compared
   exactly, quotients up to what a double keeps. H may exceed 1 where a commune states too few residents: that is a
   finding about its totals, not about the measures. #}
with

measures as (
    select * from {{ ref('poverty_measure') }}
),

{% set key = area_key() + ['unit', 'weighting'] -%}

contributions as (
    select
        {{ key | join(', ') }},
        sum(weight_numerator * poor_deprived) as weighted_deprivations,
        sum(weight_numerator) as weights,
        sum(absolute_contribution) as absolute_contributions,
        sum(relative_contribution) as relative_contributions,
        max(poor_deprived) as most_deprived
    from {{ ref('poverty_measure_indicator') }}
    group by {{ key | join(', ') }}
)

select {{ columns_of('measures', key) }}
from measures
left join contributions on {{ same('measures', 'contributions', key) }}
where
    contributions.survey_year is null
    or measures.weighted_deprivations <> contributions.weighted_deprivations
    or measures.weight_denominator <> contributions.weights
    or contributions.most_deprived > measures.poor
    or measures.poor > measures.reviewed
    or (measures.intensity is null) <> (measures.poor = 0)
    or coalesce(measures.intensity, 0) not between 0 and 1
    or abs(measures.adjusted_headcount_ratio - measures.headcount_ratio * coalesce(measures.intensity, 0))
    > 1e-12 * greatest(measures.headcount_ratio, 1)
    or abs(measures.adjusted_headcount_ratio - contributions.absolute_contributions)
    > 1e-12 * greatest(measures.headcount_ratio, 1)
    or (measures.weighted_deprivations > 0 and abs(contributions.relative_contributions - 1) > 1e-12)
    or (measures.weighted_deprivations = 0 and contributions.relative_contributions is not null)
