{# The indicators, needs and causes of macros/fields.sql against the reference tables, both ways. #}
{% set children = need_children() -%}
with

listed as (
    {% for indicator in indicators() -%}
    select 'indicator' as kind, '{{ indicator }}' as code, cast(null as varchar) as parent
    union all
    {% endfor -%}
    {% for cause in causes() -%}
    select 'cause', '{{ cause }}', null
    union all
    {% endfor -%}
    {% for parent, codes in children.items() -%}
    {% for code in codes -%}
    select 'need', '{{ code }}', '{{ parent }}'
    union all
    {% endfor -%}
    select 'need', '{{ parent }}', null
    union all
    {% endfor -%}
    {% for need in needs() if need not in (children.values() | sum(start=[])) -%}
    select 'need', '{{ need }}', null
    {{ 'union all' if not loop.last }}
    {% endfor -%}
),

reference as (
    select 'indicator' as kind, indicator_code as code, cast(null as varchar) as parent from {{ source('reference', 'indicators') }}
    union all
    select 'cause', cause_code, null from {{ source('reference', 'causes') }}
    union all
    select 'need', need_code, parent_code from {{ source('reference', 'needs') }}
),

differing as (
    (
        select * from listed
        except
        select * from reference
    )
    union all
    (
        select * from reference
        except
        select * from listed
    )
)

select * from differing
