{{ config(meta={"kept_by": "survey_year"}) }}
{# Every spelling of a label that occurs in a year, and what it means; so a wide row looks its codes up by plain
   equality. #}
with

codes as (
    select form, field, code, {{ text_key('label') }} as label_key
    from {{ source('reference', 'form_codes') }}
),

{% for role in ['household', 'member'] -%}
{{ role }}_rows as (
    {{ current_raw_rows(role, form_fields(role, 'label')) | indent(4) }}
),

{% endfor -%}

{# One scan for all columns of a sheet. #}
cells as (
    {% for role in ['household', 'member'] -%}
    select survey_year, form, field, label
    from {{ role }}_rows
    unpivot (label for field in ({{ form_fields(role, 'label') | join(', ') }}))
    {{ 'union' if not loop.last }}
    {% endfor -%}
),

keyed as (
    select survey_year, form, field, label, {{ text_key('label') }} as label_key
    from cells
    where label is not null
)

select keyed.survey_year, keyed.form, keyed.field, keyed.label, codes.code
from keyed
left join codes
    on
        keyed.form = codes.form
        and keyed.field = codes.field
        and keyed.label_key = codes.label_key
where keyed.label_key is not null
