{# Which value check each cell of some rows fails, one column per field, null where it is well.

   cells: rows with the folded text of every field, and `mark_<field>`, null where a mark is unreadable.
   typed: the staging rows of the same keys. #}
{% macro value_checks(role, cells, typed) -%}
    {%- set check_of_kind = {'identifier': none, 'text': none, 'citizen_id': 'unreadable_code',
        'label': 'unreadable_code', 'integer': 'unreadable_number', 'decimal': 'unreadable_number',
        'date_or_year': 'unreadable_date'} -%}
    select
        {{ cells }}.source_file_id,
        {{ cells }}.form,
        {{ cells }}.sheet,
        {{ cells }}.row_number,
        {%- for kind, check_code in check_of_kind.items() %}
        {%- for field in form_fields(role, kind) if field not in row_level_fields() %}
        {%- set parsed = (cells ~ '.year_' if kind == 'date_or_year' else typed ~ '.') ~ field %}
        case
            {%- if check_code %}
            when {{ cells }}.{{ field }} is not null and {{ parsed }} is null then '{{ check_code }}'
            {%- endif %}
            {%- if field == 'member_count' %}
            when {{ typed }}.recorded_class = 'left_list' then null
            {%- endif %}
            when {{ cells }}.{{ field }} is null then 'required_cell_empty'
        end as {{ field }},
        {%- endfor %}
        {%- endfor %}
        {%- for field in form_fields(role, 'mark') %}
        case when {{ cells }}.mark_{{ field }} is null then 'unreadable_mark' end as {{ field }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ cells }}
    inner join {{ typed }} on {{ equal_on(cells, typed, ['source_file_id', 'row_number']) }}
{%- endmacro %}

{# The cells that value_checks takes: the raw rows of the typed ones. #}
{% macro value_cells(role, typed) -%}
    {%- set texts = requirable_fields(role) -%}
    {%- set marks = form_fields(role, 'mark') -%}
    select
        counted.source_file_id,
        counted.form,
        counted.survey_year,
        counted.sheet,
        counted.row_number,
        {%- for field in marks %}
        {{ parse_mark('counted.' ~ field) }} as mark_{{ field }},
        {%- endfor %}
        {%- for field in texts %}
        counted.{{ field }}{{ ',' if not loop.last }}
        {%- endfor %}
    from ({{ current_raw_rows(role, texts + marks) }}) as counted
    inner join {{ typed }} on {{ equal_on('counted', typed, ['source_file_id', 'row_number']) }}
{%- endmacro %}
