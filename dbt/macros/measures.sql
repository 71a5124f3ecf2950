{# Alkire-Foster measures of any relation: one implementation for the warehouse and for `poverty measure`. Nothing of dbt
   is used here, so that the command line renders this very file (with areas.sql) outside dbt.

   Indicators are suffixes. A relation of units has `is_deprived_<i>`; sums have `units` and `deprived_<i>`; weights have
   `weight_<i>`, whole numbers of which `weight_denominator` make 1. Everything stays whole until the last division. #}

{# The weighted count of deprivations of one unit, in parts of the denominator. #}
{% macro measure_weighted_count(indicators, deprived, weights) -%}
    {% for indicator in indicators -%}
    {{ '+ ' if not loop.first }}case when {{ deprived }}.is_deprived_{{ indicator }} then {{ weights }}.weight_{{ indicator }} else 0 end
    {% endfor -%}
{%- endmacro %}

{# Additive sums: how many units there are, and how many of them are deprived in each indicator.
   units: {unit: how much one row counts}; person units need a size wide enough for products. #}
{% macro measure_sums(relation, by, indicators, units) -%}
    {% for unit, size in units.items() -%}
    select
        {% for column in by -%}
        {{ column }},
        {% endfor -%}
        '{{ unit }}' as unit,
        coalesce(sum({{ size }}), 0) as units,
        {% for indicator in indicators -%}
        coalesce(sum(case when is_deprived_{{ indicator }} then {{ size }} end), 0)
            as deprived_{{ indicator }}{{ ',' if not loop.last }}
        {% endfor -%}
    from {{ relation }}
    group by {{ by | join(', ') }}
    {{ 'union all' if not loop.last }}
    {% endfor -%}
{%- endmacro %}

{# What the measures need of such sums: everybody reviewed, the poor, and the deprived among either. #}
{% macro measure_totals(sums, by, indicators, is_poor, type='bigint') -%}
    select
        {% for column in by + ['unit'] -%}
        {{ column }},
        {% endfor -%}
        cast(coalesce(sum(units), 0) as {{ type }}) as reviewed,
        cast(coalesce(sum(case when {{ is_poor }} then units end), 0) as {{ type }}) as poor,
        {% for indicator in indicators -%}
        cast(coalesce(sum(deprived_{{ indicator }}), 0) as {{ type }}) as deprived_{{ indicator }},
        cast(coalesce(sum(case when {{ is_poor }} then deprived_{{ indicator }} end), 0) as {{ type }})
            as poor_deprived_{{ indicator }}{{ ',' if not loop.last }}
        {% endfor -%}
    from {{ sums }}
    group by {{ (by + ['unit']) | join(', ') }}
{%- endmacro %}

{# H, A and M0. totals: measure_totals and `population`, which H and M0 are of (null where it is unknown). score: the
   weighted deprivations of the poor; reviewed_score: those of everybody reviewed. #}
{% macro measure_overall(totals, weights, by, indicators, weights_of_totals='true') -%}
    select
        *,
        {{ ratio('poor', 'population') }} as headcount_ratio,
        {{ ratio('score', 'poor * weight_denominator') }} as intensity,
        {{ ratio('score', 'population * weight_denominator') }} as adjusted_headcount_ratio,
        {{ ratio('poor', 'reviewed') }} as headcount_ratio_among_reviewed,
        {{ ratio('score', 'reviewed * weight_denominator') }} as adjusted_headcount_ratio_among_reviewed
    from (
        select
            {{ qualified(totals, by + ['unit', 'population', 'reviewed', 'poor']) }},
            {{ weights }}.weighting,
            {{ weights }}.weight_denominator,
            {% for indicator in indicators -%}
            {{ '+ ' if not loop.first }}{{ weights }}.weight_{{ indicator }} * {{ totals }}.poor_deprived_{{ indicator }}
            {% endfor -%}
                as score
        from {{ totals }}
        inner join {{ weights }} on {{ weights_of_totals }}
    ) as scored
{%- endmacro %}

{# Censored headcounts and contributions, one row for each indicator that weighs something. #}
{% macro measure_by_indicator(totals, weights, by, indicators, weights_of_totals='true') -%}
    select
        *,
        {{ ratio('deprived', 'reviewed') }} as uncensored_headcount_ratio_among_reviewed,
        {{ ratio('poor_deprived', 'population') }} as censored_headcount_ratio,
        {{ ratio('indicator_score', 'population * weight_denominator') }} as absolute_contribution,
        {{ ratio('indicator_score', 'score') }} as relative_contribution
    from (
        select
            *,
            sum(indicator_score) over (partition by {{ (by + ['unit', 'weighting']) | join(', ') }}) as score
        from (
            {% for indicator in indicators -%}
            select
                {{ qualified(totals, by + ['unit', 'population', 'reviewed', 'poor']) }},
                {{ weights }}.weighting,
                {{ weights }}.weight_denominator,
                '{{ indicator }}' as indicator_code,
                {{ weights }}.weight_{{ indicator }} as weight_numerator,
                {{ totals }}.deprived_{{ indicator }} as deprived,
                {{ totals }}.poor_deprived_{{ indicator }} as poor_deprived,
                {{ weights }}.weight_{{ indicator }} * {{ totals }}.poor_deprived_{{ indicator }} as indicator_score
            from {{ totals }}
            inner join {{ weights }} on {{ weights_of_totals }}
            where {{ weights }}.weight_{{ indicator }} > 0
            {{ 'union all' if not loop.last }}
            {% endfor -%}
        ) as indicators
    ) as scored
{%- endmacro %}

{# The start of a `with`: the given weights, the cut-offs, and `identified`, every unit once for each cut-off.
   weights, thresholds: whole numbers of the denominator; a unit is poor from a weighted count of the threshold on. bands:
   [vulnerable from, severe from] counts two bands like indicators: between the first and the cut-off, and from the second on. #}
{% macro measure_identified(relation, indicators, weights, denominator, thresholds, bands=none) -%}
    weights as (
        select
            'given' as weighting,
            {% for weight in weights -%}
            {{ weight }} as weight_{{ indicators[loop.index0] }},
            {% endfor -%}
            {{ denominator }} as weight_denominator
    ),

    cutoffs as (
        {% for threshold in thresholds -%}
        select {{ loop.index }} as cutoff, {{ threshold }} as threshold
        {{ 'union all' if not loop.last }}
        {% endfor -%}
    ),

    counted as (
        select
            data.*,
            {{ measure_weighted_count(indicators, 'data', 'weights') }} as weighted_count
        from {{ relation }} as data
        cross join weights
    ),

    identified as (
        select
            counted.*,
            cutoffs.cutoff,
            {% if bands -%}
            counted.weighted_count >= {{ bands[0] }} and counted.weighted_count < cutoffs.threshold as is_deprived_vulnerable,
            counted.weighted_count >= {{ bands[1] }} as is_deprived_severe,
            {% endif -%}
            counted.weighted_count >= cutoffs.threshold as is_poor
        from counted
        cross join cutoffs
    ),
{%- endmacro %}

{# The whole long table of a relation, for each of several cut-offs (numbered from 1).
   size: how much a row counts; type: what sums of it are. With bands also them, sizes (of `row_count`) and what each group
   contributes to all groups. #}
{% macro measure_table(relation, by, indicators, weights, denominator, thresholds, size='1', type='bigint', bands=none) -%}
    {%- set keys = by + ['cutoff'] -%}
    {%- set counted = indicators + (['vulnerable', 'severe'] if bands else []) -%}
    with

    {{ measure_identified(relation, indicators, weights, denominator, thresholds, bands) }}

    sums as (
        {{ measure_sums('identified', keys + ['is_poor'], counted, {'unit': size}) }}
    ),

    totals as (
        select *, reviewed as population from (
            {{ measure_totals('sums', keys, counted, 'is_poor', type) }}
        ) as summed
    ),

    overall as (
        {{ measure_overall('totals', 'weights', keys, indicators) }}
    ),

    by_indicator as (
        {{ measure_by_indicator('totals', 'weights', keys, indicators) }}
    )

    {% if bands -%}
    select {{ keys | join(', ') }}, 'rows' as measure, null as indicator_code, cast(sum(row_count) as double) as value
    from identified
    group by {{ keys | join(', ') }}
    union all
    {% for measure, value in [
        ('population', 'cast(population as double)'),
        ('population_share', ratio('population', 'sum(population) over (partition by cutoff)')),
        ('contribution_to_headcount_ratio', ratio('poor', 'sum(poor) over (partition by cutoff)')),
        ('contribution_to_adjusted_headcount_ratio', ratio('score', 'sum(score) over (partition by cutoff)')),
    ] -%}
    select {{ keys | join(', ') }}, '{{ measure }}', null, {{ value }}
    from overall
    union all
    {% endfor -%}
    {% for band in ['vulnerable', 'severe'] -%}
    select {{ keys | join(', ') }}, '{{ band }}_ratio', null, {{ ratio('deprived_' ~ band, 'population') }}
    from totals
    union all
    {% endfor -%}
    {% endif -%}
    {% for measure in ['headcount_ratio', 'intensity', 'adjusted_headcount_ratio'] -%}
    select {{ keys | join(', ') }}, '{{ measure }}' as measure, null as indicator_code, {{ measure }} as value
    from overall
    union all
    {% endfor -%}
    {% for measure, column in [
        ('uncensored_headcount_ratio', 'uncensored_headcount_ratio_among_reviewed'),
        ('censored_headcount_ratio', 'censored_headcount_ratio'),
        ('absolute_contribution', 'absolute_contribution'),
        ('relative_contribution', 'relative_contribution'),
    ] -%}
    select {{ keys | join(', ') }}, '{{ measure }}', indicator_code, {{ column }}
    from by_indicator
    {{ 'union all' if not loop.last }}
    {% endfor -%}
{%- endmacro %}

{# Standard errors of all ratios of measure_table by Taylor linearisation, for a sample of clusters (`psu`, drawn with
   replacement) within strata. The relation also has `stratum`, `psu`, and `repeats`: a row that stands for several clusters
   has the sum of their squared sizes over its squared size there, any other row 1. Groups are domains: a cluster
   without a unit of the group counts, with nothing in it. strata: a relation (stratum, clusters), two clusters or more in each. #}
{% macro measure_standard_errors(relation, strata, by, indicators, weights, denominator, thresholds, size, type, bands) -%}
    {%- set keys = by + ['cutoff'] -%}
    {%- set counted = indicators + ['vulnerable', 'severe'] -%}
    {%- set of_psu = keys + ['stratum', 'psu', 'repeats'] -%}
    {%- set ratios = [
        ('headcount_ratio', none, 'poor', 'reviewed', 1),
        ('intensity', none, 'score', 'poor', denominator),
        ('adjusted_headcount_ratio', none, 'score', 'reviewed', denominator),
        ('vulnerable_ratio', none, 'deprived_vulnerable', 'reviewed', 1),
        ('severe_ratio', none, 'deprived_severe', 'reviewed', 1),
    ] -%}
    {%- for indicator in indicators -%}
        {%- set ratios = ratios.extend([
            ('uncensored_headcount_ratio', indicator, 'deprived_' ~ indicator, 'reviewed', 1),
            ('censored_headcount_ratio', indicator, 'poor_deprived_' ~ indicator, 'reviewed', 1),
            ('absolute_contribution', indicator, 'score_' ~ indicator, 'reviewed', denominator),
            ('relative_contribution', indicator, 'score_' ~ indicator, 'score', 1),
        ]) or ratios -%}
    {%- endfor -%}
    with

    {{ measure_identified(relation, indicators, weights, denominator, thresholds, bands) }}

    sums as (
        {{ measure_sums('identified', of_psu + ['is_poor'], counted, {'unit': size}) }}
    ),

    totals as (
        {{ measure_totals('sums', of_psu, counted, 'is_poor', type) }}
    ),

    scored as (
        select
            {{ of_psu | join(', ') }},
            cast(reviewed as double) as reviewed,
            cast(poor as double) as poor,
            {% for indicator in counted -%}
            cast(deprived_{{ indicator }} as double) as deprived_{{ indicator }},
            {% endfor -%}
            {% for indicator in indicators -%}
            cast(poor_deprived_{{ indicator }} as double) as poor_deprived_{{ indicator }},
            cast(weight_{{ indicator }} as double) * cast(poor_deprived_{{ indicator }} as double) as score_{{ indicator }},
            {% endfor -%}
            {% for indicator in indicators -%}
            {{ '+ ' if not loop.first }}cast(weight_{{ indicator }} as double) * cast(poor_deprived_{{ indicator }} as double)
            {% endfor -%}
                as score
        from totals
        cross join weights
    ),

    of_groups as (
        select
            {{ keys | join(', ') }},
            {% for _, _, numerator, denominator_column, _ in ratios -%}
            nullif(sum({{ denominator_column }}), 0) as whole_{{ loop.index }},
            sum({{ numerator }}) / nullif(sum({{ denominator_column }}), 0) as ratio_{{ loop.index }}{{ ',' if not loop.last }}
            {% endfor -%}
        from scored
        group by {{ keys | join(', ') }}
    ),

    residuals as (
        select
            {{ qualified('scored', keys + ['stratum', 'repeats']) }},
            {% for _, _, numerator, denominator_column, _ in ratios -%}
            (scored.{{ numerator }} - of_groups.ratio_{{ loop.index }} * scored.{{ denominator_column }}) / of_groups.whole_{{ loop.index }}
                as residual_{{ loop.index }}{{ ',' if not loop.last }}
            {% endfor -%}
        from scored
        inner join of_groups on {{ equal_on('scored', 'of_groups', keys) }}
    ),

    of_strata as (
        select
            {{ (keys + ['stratum']) | join(', ') }},
            {% for _ in ratios -%}
            sum(residual_{{ loop.index }}) as sum_{{ loop.index }},
            sum(repeats * residual_{{ loop.index }} * residual_{{ loop.index }}) as squares_{{ loop.index }}{{ ',' if not loop.last }}
            {% endfor -%}
        from residuals
        group by {{ (keys + ['stratum']) | join(', ') }}
    ),

    deviations as (
        select
            {{ qualified('of_strata', keys) }},
            strata.clusters,
            {% for _ in ratios -%}
            of_strata.squares_{{ loop.index }},
            of_strata.squares_{{ loop.index }} - of_strata.sum_{{ loop.index }} * of_strata.sum_{{ loop.index }} / strata.clusters
                as deviation_{{ loop.index }}{{ ',' if not loop.last }}
            {% endfor -%}
        from of_strata
        inner join {{ strata }} as strata on of_strata.stratum = strata.stratum
    ),

    variances as (
        select
            {{ keys | join(', ') }},
            {% for _ in ratios -%}
            {# What is left of a difference of equal doubles is no variance. #}
            sum(
                case
                    when deviation_{{ loop.index }} > 1e-12 * squares_{{ loop.index }}
                        then deviation_{{ loop.index }} * clusters / (clusters - 1.0)
                    when deviation_{{ loop.index }} <= 1e-12 * squares_{{ loop.index }} then 0
                end
            ) as variance_{{ loop.index }}{{ ',' if not loop.last }}
            {% endfor -%}
        from deviations
        group by {{ keys | join(', ') }}
    )

    {% for measure, indicator, _, _, scale in ratios -%}
    select
        {{ keys | join(', ') }},
        '{{ measure }}_standard_error' as measure,
        {{ "'" ~ indicator ~ "'" if indicator else 'null' }} as indicator_code,
        sqrt(variance_{{ loop.index }}) / {{ scale }} as value
    from variances
    {{ 'union all' if not loop.last }}
    {% endfor -%}
{%- endmacro %}
