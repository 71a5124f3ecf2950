{# Household rows, typed: the cells as corrected (the figures), or the corrected rows as they were sent (for what the
   corrections change). `cells` is that of counted_rows. #}
{% macro typed_household(cells) -%}
{% set labels = form_fields('household', 'label') -%}
{% set marks = form_fields('household', 'mark') -%}
{% set kept_texts = form_fields('household', 'identifier') + form_fields('household', 'text') -%}
{% set numbers = form_fields('household', 'integer') + form_fields('household', 'decimal') -%}
{% set folded = kept_texts + ['head_citizen_id', 'head_birth'] + numbers -%}
with

counted as (
    {{ current_raw_rows('household', folded + labels + marks, cells) | indent(4) }}
),

cells as (
    select
        source_file_id,
        form,
        survey_year,
        sheet,
        row_number,
        {{ (labels + marks) | join(',\n        ') }},
        {% for field in folded -%}
        {{ field }} as cell_{{ field }}{{ ',' if not loop.last }}
        {% endfor -%}
    from counted
),

dated as (
    select
        *,
        {{ parse_date('cell_head_birth', 'survey_year') }} as birth_date
    from cells
),

parsed as (
    select
        *,
        {% for field in numbers -%}
        {{ parse_decimal('cell_' ~ field) }} as number_{{ field }},
        {% endfor -%}
        {% for field in marks -%}
        {{ parse_mark(field) }} as mark_{{ field }},
        {% endfor -%}
        {{ parse_birth_year('birth_date', 'cell_head_birth') }} as birth_year
    from dated
),

typed as (
    select
        parsed.*,
        {% for field in labels -%}
        label_{{ field }}.label as cell_{{ field }},
        label_{{ field }}.code as code_{{ field }},
        {% endfor -%}
        {% for field in form_fields('household', 'integer') -%}
        {{ whole_number('parsed.number_' ~ field) }} as {{ field }},
        {% endfor -%}
        {% for field in form_fields('household', 'decimal') -%}
        parsed.number_{{ field }} as {{ field }},
        {% endfor -%}
        {{ parse_citizen_id('parsed.cell_head_citizen_id') }} as head_citizen_id,
        {{ if_plausible_birth('parsed.birth_date', 'parsed.birth_year', 'parsed.survey_year') }} as head_birth_date,
        {{ if_plausible_birth('parsed.birth_year', 'parsed.birth_year', 'parsed.survey_year') }} as head_birth_year
    from parsed
    {% for field in labels -%}
    left join {{ ref('stg_label') }} as label_{{ field }}
        on
            parsed.survey_year = label_{{ field }}.survey_year
            and label_{{ field }}.field = '{{ field }}'
            and parsed.form = label_{{ field }}.form
            and parsed.{{ field }} = label_{{ field }}.label
    {% endfor -%}
)

select
    typed.source_file_id,
    typed.sheet,
    typed.row_number,
    typed.survey_year,
    {% for field in kept_texts -%}
    typed.cell_{{ field }} as {{ field }},
    {% endfor -%}
    typed.head_citizen_id,
    typed.head_birth_date,
    typed.head_birth_year,
    {% for field in labels -%}
    typed.code_{{ field }} as {{ field }},
    {% endfor -%}
    {% for field in numbers -%}
    typed.{{ field }},
    {% endfor -%}
    {% for field in marks -%}
    case when forms.has_household_{{ field }} then coalesce(typed.mark_{{ field }}, false) end as {{ field }},
    {% endfor -%}
    typed.cell_recorded_class is not null as has_recorded_class_label,
    {{ value_problems('household', {
        'head_birth': 'head_birth_year',
        'head_sex': 'code_head_sex',
        'previous_class': 'code_previous_class',
        'movement': 'code_movement',
        'exit_reason': 'code_exit_reason',
    }, "typed.code_recorded_class = 'left_list'") | indent(4) }} as has_value_problem
from typed
inner join {{ ref('stg_form_field') }} as forms on typed.form = forms.form
{%- endmacro %}
