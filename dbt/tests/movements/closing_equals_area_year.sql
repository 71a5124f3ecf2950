{% set key = area_key() | join(', ') -%}
with

movements as (
    select * from {{ ref('poverty_movement') }}
),

areas as (
    {% for list in poverty_lists() -%}
    {% for unit in ['household', 'person'] -%}
    select {{ key }}, '{{ list }}' as list, '{{ unit }}' as unit, {{ list }}_{{ unit }}s as counted
    from {{ ref('area_year') }}
    {{ 'union all' if not loop.last }}
    {% endfor -%}
    {{ 'union all' if not loop.last }}
    {% endfor -%}
)

select {{ qualified('areas', area_key() + ['list', 'unit']) }}
from areas
left join movements on {{ equal_on('areas', 'movements', area_key() + ['list', 'unit']) }}
where movements.closing is distinct from areas.counted
