{# The field lists of macros/fields.sql against the form maps, both ways. #}
{% set type_of_kind = {'identifier': 'code', 'citizen_id': 'code', 'label': 'code', 'text': 'text',
    'integer': 'integer', 'decimal': 'decimal', 'date_or_year': 'date_or_year', 'mark': 'mark'} -%}
with

listed as (
    {% for role in ['household', 'member'] -%}
    {% set last_role = loop.last -%}
    {% for kind, type in type_of_kind.items() -%}
    {% for field in form_fields(role, kind) -%}
    select '{{ role }}' as role, '{{ field }}' as field, '{{ type }}' as type
    union all
    {% endfor -%}
    {% endfor -%}
    {% endfor -%}
    select 'household', 'note', 'text'
),

mapped as (
    select distinct role, field, type
    from {{ ref('stg_form_column') }}
    where role in ('household', 'member')
),

unlabelled as (
    select distinct codes.field
    from {{ source('reference', 'form_codes') }} as codes
    where codes.field not in (
        'maturity',
        {% for field in form_fields('household', 'label') + form_fields('member', 'label') -%}
        '{{ field }}'{{ ', ' if not loop.last }}
        {%- endfor %}
    )
)

select mapped.role, mapped.field, mapped.type, 'in the maps, not in the lists' as difference
from mapped
left join listed on {{ equal_on('mapped', 'listed', ['role', 'field', 'type']) }}
where listed.field is null

union all

select listed.role, listed.field, listed.type, 'in the lists, not in the maps' as difference
from listed
left join mapped on {{ equal_on('listed', 'mapped', ['role', 'field', 'type']) }}
where mapped.field is null

union all

select 'any' as role, field, 'code' as type, 'has labels, not in the lists' as difference
from unlabelled
