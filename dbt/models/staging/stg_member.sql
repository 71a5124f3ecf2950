{{ config(meta={"kept_by": "source_file_id"}) }}
{% set labels = form_fields('member', 'label') -%}
{% set marks = form_fields('member', 'mark') -%}
{% set births = form_fields('member', 'date_or_year') -%}
{% set folded = ['household_code', 'citizen_id', 'member_number'] + form_fields('member', 'text') + births -%}
with

counted as (
    {{ current_raw_rows('member', folded + labels + marks) | indent(4) }}
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
        {% for field in births -%}
        {{ parse_date('cell_' ~ field, 'survey_year') }} as date_{{ field }}{{ ',' if not loop.last }}
        {% endfor -%}
    from cells
),

parsed as (
    select
        *,
        {% for field in births -%}
        {{ parse_birth_year('date_' ~ field, 'cell_' ~ field) }} as year_{{ field }},
        {% endfor -%}
        {% for field in marks -%}
        {{ parse_mark(field) }} as mark_{{ field }},
        {% endfor -%}
        {{ parse_decimal('cell_member_number') }} as number_member_number
    from dated
),

typed as (
    select
        parsed.*,
        {% for field in births -%}
        {{ if_plausible_birth('parsed.date_' ~ field, 'parsed.year_' ~ field, 'parsed.survey_year') }}
            as plausible_date_{{ field }},
        {{ if_plausible_birth('parsed.year_' ~ field, 'parsed.year_' ~ field, 'parsed.survey_year') }}
            as plausible_year_{{ field }},
        {% endfor -%}
        {% for field in labels -%}
        label_{{ field }}.label as cell_{{ field }},
        label_{{ field }}.code as code_{{ field }},
        {% endfor -%}
        {{ whole_number('parsed.number_member_number') }} as member_number,
        {{ parse_citizen_id('parsed.cell_citizen_id') }} as citizen_id
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
    typed.cell_household_code as household_code,
    typed.member_number,
    {% for field in form_fields('member', 'text') -%}
    typed.cell_{{ field }} as {{ field }},
    {% endfor -%}
    typed.citizen_id,
    coalesce(typed.plausible_date_birth, typed.plausible_date_birth_if_male, typed.plausible_date_birth_if_female)
        as birth_date,
    coalesce(typed.plausible_year_birth, typed.plausible_year_birth_if_male, typed.plausible_year_birth_if_female)
        as birth_year,
    case
        when typed.code_sex is not null then typed.code_sex
        when typed.cell_birth_if_male is not null and typed.cell_birth_if_female is null then 'male'
        when typed.cell_birth_if_female is not null and typed.cell_birth_if_male is null then 'female'
    end as sex,
    typed.code_relation_to_head as relation_to_head,
    {% for field in marks -%}
    case when forms.has_member_{{ field }} then coalesce(typed.mark_{{ field }}, false) end as {{ field }},
    {% endfor -%}
    {{ value_problems('member', {
        'birth': 'plausible_year_birth',
        'birth_if_male': 'plausible_year_birth_if_male',
        'birth_if_female': 'plausible_year_birth_if_female',
        'sex': 'code_sex',
        'relation_to_head': 'code_relation_to_head',
    }, 'false') | indent(4) }} as has_value_problem
from typed
inner join {{ ref('stg_form_field') }} as forms on typed.form = forms.form
