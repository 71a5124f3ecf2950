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

{# The whole long table of a relation whose units are poor from a weighted count of `threshold` parts on.
   weights: whole numbers, one per indicator; size: how much a row counts; type: what sums of it are. #}
{% macro measure_table(relation, by, indicators, weights, denominator, threshold, size='1', type='bigint') -%}
    {%- set keys = by + ['all_units'] -%}
    with

    weights as (
        select
            'given' as weighting,
            {% for weight in weights -%}
            {{ weight }} as weight_{{ indicators[loop.index0] }},
            {% endfor -%}
            {{ denominator }} as weight_denominator
    ),

    identified as (
        select
            data.*,
            1 as all_units,
            {{ measure_weighted_count(indicators, 'data', 'weights') }} >= {{ threshold }} as is_poor
        from {{ relation }} as data
        cross join weights
    ),

    sums as (
        {{ measure_sums('identified', keys + ['is_poor'], indicators, {'unit': size}) }}
    ),

    totals as (
        select *, reviewed as population from (
            {{ measure_totals('sums', keys, indicators, 'is_poor', type) }}
        ) as summed
    ),

    overall as (
        {{ measure_overall('totals', 'weights', keys, indicators) }}
    ),

    by_indicator as (
        {{ measure_by_indicator('totals', 'weights', keys, indicators) }}
    )

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
