{% set key = area_key() | join(', ') -%}
with

movements as (
    select * from {{ ref('poverty_movement') }}
),

areas as (
    {% for list in lists() -%}
    {% for unit in ['household', 'person'] -%}
    select {{ key }}, '{{ list }}' as list, '{{ unit }}' as unit, {{ list }}_{{ unit }}s as counted
    from {{ ref('area_year') }}
    {{ 'union all' if not loop.last }}
    {% endfor -%}
    {{ 'union all' if not loop.last }}
    {% endfor -%}
)

select {{ columns_of('areas', area_key() + ['list', 'unit']) }}
from areas
left join movements on {{ same('areas', 'movements', area_key() + ['list', 'unit']) }}
where movements.closing is distinct from areas.counted
