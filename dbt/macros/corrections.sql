{# Corrected cells, by role of the sheet. Corrections are few: every join starts from them. #}

{# The columns of a role's raw table that a correction may name. #}
{% macro correctable_fields(role) -%}
    {%- if role == 'total' -%} {{ return(['value']) }} {%- endif -%}
    {%- set out = [] -%}
    {%- for kind in ['identifier', 'citizen_id', 'label', 'text', 'integer', 'decimal', 'date_or_year', 'mark', 'not_read'] -%}
        {%- for field in form_fields(role, kind) -%} {%- do out.append(field) -%} {%- endfor -%}
    {%- endfor -%}
    {{ return(out) }}
{%- endmacro %}

{# The raw cell that each address names: one row per address whose row exists. addresses: line_number, source_file_id,
   role, row_number, column_name. #}
{% macro cells_at(role, addresses) -%}
    select
        {{ addresses }}.line_number,
        cells.sheet,
        {% if role == 'total' -%}
        cells.value as cell
        {%- else -%}
        case {{ addresses }}.column_name
            {% for field in correctable_fields(role) -%}
            when '{{ field }}' then cells.{{ field }}
            {% endfor -%}
        end as cell
        {%- endif %}
    from {{ source('raw', role) }} as cells
    inner join {{ ref('stg_source_file') }} as counted
        on
            cells.source_file_id = counted.source_file_id
            and cells.extraction_id = counted.extraction_id
    inner join {{ addresses }}
        on
            {{ addresses }}.role = '{{ role }}'
            and cells.source_file_id = {{ addresses }}.source_file_id
            and cells.row_number = {{ addresses }}.row_number
            {%- if role == 'total' %}
            and cells.field = {{ addresses }}.column_name
            {%- endif %}
{%- endmacro %}

{# The raw rows of a role that have a corrected cell, with all their cells as corrected. #}
{% macro corrected_rows(role) -%}
    {%- set kept = ['field', 'label'] if role == 'total' else [] -%}
    with

    corrections as (
        select
            source_file_id,
            row_number,
            {% for field in correctable_fields(role) -%}
            {%- set named = 'true' if role == 'total' else "column_name = '" ~ field ~ "'" -%}
            bool_or({{ named }}) as has_{{ field }},
            max(case when {{ named }} then new_value end) as {{ field }}{{ ',' if not loop.last }}
            {% endfor -%}
        from {{ ref('stg_correction') }}
        where status = 'applied' and role = '{{ role }}'
        group by source_file_id, row_number
    )

    select
        cells.extraction_id,
        cells.source_file_id,
        cells.sheet,
        cells.row_number,
        {% for field in kept -%}
        cells.{{ field }},
        {% endfor -%}
        {% for field in correctable_fields(role) -%}
        case when corrections.has_{{ field }} then corrections.{{ field }} else cells.{{ field }} end as {{ field }}
        {{- ',' if not loop.last }}
        {% endfor -%}
    from {{ source('raw', role) }} as cells
    inner join {{ ref('stg_source_file') }} as counted
        on
            cells.source_file_id = counted.source_file_id
            and cells.extraction_id = counted.extraction_id
    inner join corrections
        on
            cells.source_file_id = corrections.source_file_id
            and cells.row_number = corrections.row_number
{%- endmacro %}
