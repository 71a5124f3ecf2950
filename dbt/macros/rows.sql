{# The raw rows of one sheet role, from the current extraction of each accepted file.

   cells: `as_corrected` (default); `as_sent`: only the rows with a corrected cell, as they were sent. #}
{% macro current_raw_rows(role, columns, cells='as_corrected') -%}
    {%- set corrected = ref('stg_corrected_' ~ role) -%}
    {{ _rows_of(source('raw', role), columns) }}
    {%- if cells == 'as_corrected' %}
        and not exists (
            select 1 from {{ corrected }} as corrected
            where cells.source_file_id = corrected.source_file_id and cells.row_number = corrected.row_number
        )
    union all
    {{ _rows_of(corrected, columns) }}
    {%- else %}
        and exists (
            select 1 from {{ corrected }} as corrected
            where cells.source_file_id = corrected.source_file_id and cells.row_number = corrected.row_number
        )
    {%- endif %}
{%- endmacro %}

{% macro _rows_of(relation, columns) -%}
    select
        counted.source_file_id,
        counted.form,
        counted.survey_year,
        cells.sheet,
        cells.row_number,
        {%- for column in columns %}
        cells.{{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ relation }} as cells
    inner join {{ ref('stg_source_file') }} as counted
        on
            cells.source_file_id = counted.source_file_id
            and cells.extraction_id = counted.extraction_id
    where counted.status = 'accepted'
{%- endmacro %}
