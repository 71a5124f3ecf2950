{# The bounds of plausibility checks (seed plausibility_bounds) as models read them. #}

{# A column per bound of a check, a row per survey year. #}
{% macro bounds_of(check_code, bounds) -%}
    select
        survey_year,
        {% for bound in bounds -%}
        max(case when bound = '{{ bound }}' then value end) as {{ bound }}{{ ',' if not loop.last }}
        {% endfor -%}
    from {{ ref('int_plausibility_bound') }}
    where check_code = '{{ check_code }}'
    group by survey_year
{%- endmacro %}

{# From one year's value to the next, as people read it: `từ 3,1% lên 8,2%`. #}
{% macro change_text(previous, current, decimals=1, unit='%') -%}
    'từ ' || {{ printed_number(previous, decimals) }}
    || case when {{ current }} > {{ previous }} then '{{ unit }} lên ' else '{{ unit }} xuống ' end
    || {{ printed_number(current, decimals) }} || '{{ unit }} so với năm '
{%- endmacro %}
