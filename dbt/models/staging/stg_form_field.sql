{# Which fields each form has and requires, one column per field, so that wide rows need one narrow join. #}
select
    form,
    {% for field in form_fields('household', 'mark') -%}
    bool_or(role = 'household' and field = '{{ field }}') as has_household_{{ field }},
    {% endfor -%}
    {% for field in form_fields('member', 'mark') -%}
    bool_or(role = 'member' and field = '{{ field }}') as has_member_{{ field }},
    {% endfor -%}
    {% for role in ['household', 'member'] -%}
    {% set last_role = loop.last -%}
    {% for field in requirable_fields(role) -%}
    bool_or(role = '{{ role }}' and field = '{{ field }}' and is_required) as requires_{{ role }}_{{ field }}
    {{- ',' if not (last_role and loop.last) }}
    {% endfor -%}
    {% endfor -%}
from {{ ref('stg_form_column') }}
group by form
