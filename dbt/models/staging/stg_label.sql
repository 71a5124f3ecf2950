{# Every spelling of a label that occurs, and what it means; so a wide row looks its codes up by plain equality. #}
with

codes as (
    select form, field, code, {{ text_key('label') }} as label_key
    from {{ source('reference', 'form_codes') }}
),

cells as (
    {% for role in ['household', 'member'] -%}
    {% for field in form_fields(role, 'label') -%}
    select distinct form, '{{ field }}' as field, {{ field }} as label
    from ({{ current_raw_rows(role, [field]) }}) as {{ role }}_{{ field }}
    {{ 'union' if not loop.last }}
    {% endfor -%}
    {{ 'union' if not loop.last }}
    {% endfor -%}
),

keyed as (
    select form, field, label, {{ text_key('label') }} as label_key
    from cells
    where label is not null
)

select keyed.form, keyed.field, keyed.label, codes.code
from keyed
left join codes
    on
        keyed.form = codes.form
        and keyed.field = codes.field
        and keyed.label_key = codes.label_key
where keyed.label_key is not null
