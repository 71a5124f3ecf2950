{# The raw rows of one role that count: those of the extraction that the register names for an accepted file. #}
{% macro counted_rows(role, columns) -%}
    select
        counted.source_file_id,
        counted.form,
        counted.survey_year,
        cells.sheet,
        cells.row_number,
        {%- for column in columns %}
        cells.{{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ source('raw', role) }} as cells
    inner join {{ ref('stg_source_file') }} as counted
        on
            cells.source_file_id = counted.source_file_id
            and cells.extraction_id = counted.extraction_id
    where counted.status = 'accepted'
{%- endmacro %}
