{% macro prefixed(prefix, names) -%}
    {%- set out = [] -%}
    {%- for name in names -%} {%- do out.append(prefix ~ name) -%} {%- endfor -%}
    {{ return(out) }}
{%- endmacro %}

{# The fields whose absence quarantines the row (an error of its own), so that it is no value finding. #}
{% macro row_level_fields() -%}
    {{ return(['household_code', 'recorded_class', 'area_class']) }}
{%- endmacro %}

{# The fields that are a value finding when a form requires them and the cell is empty: no marks (empty means no). #}
{% macro requirable_fields(role) -%}
    {%- set out = [] -%}
    {%- for kind in ['identifier', 'citizen_id', 'label', 'text', 'integer', 'decimal', 'date_or_year'] -%}
        {%- for field in form_fields(role, kind) if field not in row_level_fields() -%}
            {%- do out.append(field) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(out) }}
{%- endmacro %}

{# The non-mark fields that may hold something unreadable (a text is always readable). #}
{% macro parsed_fields(role) -%}
    {%- set out = [] -%}
    {%- for kind in ['citizen_id', 'label', 'integer', 'decimal'] -%}
        {%- for field in form_fields(role, kind) if field not in row_level_fields() -%}
            {%- do out.append(field) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(out) }}
{%- endmacro %}
