{# Pairs of a cell and what it is read as, one row each. #}
{% macro example_rows(pairs) -%}
    {%- for cell, expected in pairs.items() %}
    select '{{ cell }}' as cell, {{ 'null' if expected is none else "'" ~ expected ~ "'" }} as expected
    {{ 'union all' if not loop.last }}
    {%- endfor %}
{%- endmacro %}
