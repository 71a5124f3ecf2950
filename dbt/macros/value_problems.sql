{# Whether a row of a staging model has a cell that is a value finding: unreadable, or empty though its form requires
   it. A cheap flag for every row, so that only the few rows that carry it are taken apart cell by cell.

   value_of: the typed column of a field, where it has another name.
   is_left_list: a condition under which the member count may be empty, because the household is gone. #}
{% macro value_problems(role, value_of, is_left_list) -%}
    (
        {%- for field in parsed_fields(role) + form_fields(role, 'date_or_year') %}
        {{ 'or ' if not loop.first }}(typed.cell_{{ field }} is not null and typed.{{ value_of.get(field, field) }} is null)
        {%- endfor %}
        {%- for field in form_fields(role, 'mark') %}
        or typed.mark_{{ field }} is null
        {%- endfor %}
        {%- for field in requirable_fields(role) %}
        or (
            forms.requires_{{ role }}_{{ field }}
            and typed.cell_{{ field }} is null
            {%- if field == 'member_count' %}
            and not coalesce({{ is_left_list }}, false)
            {%- endif %}
        )
        {%- endfor %}
    )
{%- endmacro %}
