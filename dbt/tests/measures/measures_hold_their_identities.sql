{# M0 = H x A, A null exactly where nobody is poor, H and M0 exactly where there are no residents to divide by,
   contributions adding up to M0 and to 1, of areas and of subgroups. Whole numbers are compared exactly, quotients up to
   what a double keeps. H may exceed 1 where a commune states too few residents: that is a finding about its totals, not
   about the measures. #}
{% set key = area_key() + ['unit', 'weighting'] -%}
with

areas as (
    select
        {{ key | join(', ') }},
        'all' as subgroup_type,
        'all' as subgroup_code,
        headcount_ratio,
        intensity,
        adjusted_headcount_ratio,
        headcount_ratio_among_reviewed,
        adjusted_headcount_ratio_among_reviewed,
        population,
        reviewed,
        poor,
        weighted_deprivations,
        weight_denominator
    from {{ ref('poverty_measure') }}
),

subgroups as (
    select * from {{ ref('poverty_measure_subgroup') }}
),

measures as (
    select * from areas
    union all
    select
        {{ key | join(', ') }},
        subgroup_type,
        subgroup_code,
        headcount_ratio,
        intensity,
        adjusted_headcount_ratio,
        headcount_ratio_among_reviewed,
        adjusted_headcount_ratio_among_reviewed,
        population,
        reviewed,
        poor,
        weighted_deprivations,
        weight_denominator
    from subgroups
),

indicators as (
    select * from {{ ref('poverty_measure_indicator') }}
),

contributions as (
    select
        {{ key | join(', ') }},
        sum(weight_numerator * poor_deprived) as weighted_deprivations,
        sum(weight_numerator) as weights,
        sum(absolute_contribution) as absolute_contributions,
        sum(relative_contribution) as relative_contributions
    from indicators
    group by {{ key | join(', ') }}
),

shares as (
    select
        {{ key | join(', ') }},
        subgroup_type,
        sum(poor) as poor,
        sum(weighted_deprivations) as weighted_deprivations,
        sum(share_of_poor) as shares_of_poor,
        sum(relative_contribution) as relative_contributions
    from subgroups
    group by {{ key | join(', ') }}, subgroup_type
)

select
    'ratios of ' || subgroup_code as broken,
    {{ key | join(', ') }}
from measures
where
    poor > reviewed
    or (intensity is null) <> (poor = 0)
    or coalesce(intensity, 0) not between 0 and 1
    or abs(coalesce(intensity, 0) * poor * weight_denominator - weighted_deprivations)
    > 1e-12 * greatest(weighted_deprivations, 1)
    or (headcount_ratio is null) <> (coalesce(population, 0) = 0)
    or (adjusted_headcount_ratio is null) <> (coalesce(population, 0) = 0)
    or abs(headcount_ratio * population - poor) > 1e-12 * greatest(poor, 1)
    or abs(adjusted_headcount_ratio - headcount_ratio * coalesce(intensity, 0)) > 1e-12 * greatest(headcount_ratio, 1)
    or (headcount_ratio_among_reviewed is null) <> (reviewed = 0)
    or (adjusted_headcount_ratio_among_reviewed is null) <> (reviewed = 0)
    or abs(headcount_ratio_among_reviewed * reviewed - poor) > 1e-12 * greatest(poor, 1)
    or abs(adjusted_headcount_ratio_among_reviewed - headcount_ratio_among_reviewed * coalesce(intensity, 0)) > 1e-12

union all

select
    'contributions of indicators' as broken,
    {{ qualified('areas', key) }}
from areas
left join contributions on {{ equal_on('areas', 'contributions', key) }}
where
    contributions.survey_year is null
    or areas.weighted_deprivations <> contributions.weighted_deprivations
    or areas.weight_denominator <> contributions.weights
    or abs(areas.adjusted_headcount_ratio - contributions.absolute_contributions)
    > 1e-12 * greatest(areas.headcount_ratio, 1)
    or (areas.weighted_deprivations > 0 and abs(contributions.relative_contributions - 1) > 1e-12)
    or (areas.weighted_deprivations = 0 and contributions.relative_contributions is not null)

union all

select
    'headcounts of ' || indicators.indicator_code as broken,
    {{ qualified('areas', key) }}
from areas
inner join indicators on {{ equal_on('areas', 'indicators', key) }}
where
    indicators.poor_deprived > areas.poor
    or indicators.poor_deprived > indicators.reviewed_deprived
    or indicators.reviewed_deprived > areas.reviewed
    or (indicators.censored_headcount_ratio is null) <> (areas.headcount_ratio is null)
    or (indicators.absolute_contribution is null) <> (areas.headcount_ratio is null)
    or (indicators.relative_contribution is null) <> (areas.weighted_deprivations = 0)
    or (indicators.uncensored_headcount_ratio_among_reviewed is null) <> (areas.reviewed = 0)
    or abs(indicators.censored_headcount_ratio * areas.population - indicators.poor_deprived)
    > 1e-12 * greatest(areas.poor, 1)
    or abs(
        indicators.absolute_contribution * indicators.weight_denominator
        - indicators.censored_headcount_ratio * indicators.weight_numerator
    ) > 1e-12 * greatest(areas.headcount_ratio, 1) * indicators.weight_denominator
    or abs(indicators.absolute_contribution - indicators.relative_contribution * areas.adjusted_headcount_ratio)
    > 1e-12 * greatest(areas.headcount_ratio, 1)
    or abs(indicators.uncensored_headcount_ratio_among_reviewed * areas.reviewed - indicators.reviewed_deprived)
    > 1e-12 * greatest(areas.reviewed, 1)

union all

select
    'shares of ' || subgroups.subgroup_code as broken,
    {{ qualified('subgroups', key) }}
from subgroups
inner join shares
    on
        {{ equal_on('subgroups', 'shares', key) }}
        and subgroups.subgroup_type = shares.subgroup_type
where
    (shares.poor = 0) <> (subgroups.share_of_poor is null)
    or (shares.weighted_deprivations = 0) <> (subgroups.relative_contribution is null)
    or abs(shares.shares_of_poor - 1) > 1e-12
    or abs(shares.relative_contributions - 1) > 1e-12
    or abs(subgroups.share_of_poor * shares.poor - subgroups.poor) > 1e-12 * greatest(shares.poor, 1)
    or abs(subgroups.relative_contribution * shares.weighted_deprivations - subgroups.weighted_deprivations)
    > 1e-12 * greatest(shares.weighted_deprivations, 1)
