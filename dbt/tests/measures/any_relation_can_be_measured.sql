-- depends_on: {{ ref('poverty_measure') }}
{# The vignette of mpitbR: five persons in two regions, four indicators, k = 1/2. `poverty measure` runs it too. #}
{% set given = [('North', '1010'), ('North', '0100'), ('South', '0111'), ('South', '1000'), ('South', '1010')] -%}
with

persons as (
    {% for region, marks in given -%}
    select
        '{{ region }}' as region,
        {% for mark in marks -%}
        {{ mark }} = 1 as is_deprived_{{ loop.index }}{{ ',' if not loop.last }}
        {% endfor -%}
    {{ 'union all' if not loop.last }}
    {% endfor -%}
),

measured as (
    {{ measure_table('persons', ['region'], ['1', '2', '3', '4'], [1, 1, 1, 1], 4, [2]) }}
),

expected as (
    {% for region, measure, indicator, value in [
        ('North', 'headcount_ratio', 'all', '0.5'), ('North', 'intensity', 'all', '0.5'),
        ('North', 'adjusted_headcount_ratio', 'all', '0.25'), ('South', 'intensity', 'all', '5.0 / 8'),
        ('South', 'adjusted_headcount_ratio', 'all', '5.0 / 12'), ('South', 'uncensored_headcount_ratio', '1', '2.0 / 3'),
        ('South', 'censored_headcount_ratio', '1', '1.0 / 3'), ('South', 'relative_contribution', '3', '2.0 / 5'),
    ] -%}
    select
        '{{ region }}' as region,
        '{{ measure }}' as measure,
        '{{ indicator }}' as indicator_code,
        cast({{ value }} as double) as value
    {{ 'union all' if not loop.last }}
    {% endfor -%}
)

select
    expected.region,
    expected.measure,
    expected.indicator_code
from expected
left join measured
    on
        {{ equal_on('expected', 'measured', ['region', 'measure']) }}
        and expected.indicator_code = coalesce(measured.indicator_code, 'all')
where measured.value is null or abs(measured.value - expected.value) > 1e-12
