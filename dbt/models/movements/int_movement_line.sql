with

flows as (
    select * from {{ ref('int_movement_flow') }}
),

blocks as (
    select * from {{ ref('int_movement_block_area') }}
),

leaving as (
    select
        {{ qualified('from_areas', area_key()) }},
        flows.from_class as list,
        case
            when {{ is_gone('flows.to_class') }} or not {{ is_in_same_area() }} then 'other_decrease'
            when flows.to_class = flows.from_class then 'stayed'
            when {{ on_a_list('flows.to_class') }} then 'to_other_list'
            else 'above_line'
        end as line,
        flows.households,
        flows.from_persons as persons,
        flows.growth,
        flows.shrinkage
    from flows
    {{ join_areas_of('from', 'flows') }}
    {{ join_areas_of('to', 'flows', 'left', 'from', ['area_level', 'boundary']) }}
    where {{ on_a_list('flows.from_class') }}
),

{# Who stays on the list in the area is counted above. #}
coming as (
    select
        {{ qualified('to_areas', area_key()) }},
        flows.to_class as list,
        case
            when {{ on_a_list('flows.from_class') }} and {{ is_in_same_area() }} then 'from_other_list'
            when flows.movement in ('returned_to_poor', 'returned_to_near_poor') then 'returned'
            when flows.movement in ('newly_poor', 'newly_near_poor') then 'newly_arisen'
            else 'other_increase'
        end as line,
        flows.households,
        flows.to_persons as persons,
        flows.growth,
        flows.shrinkage
    from flows
    {{ join_areas_of('to', 'flows') }}
    {{ join_areas_of('from', 'flows', 'left', 'to', ['area_level', 'boundary']) }}
    where
        {{ on_a_list('flows.to_class') }}
        and not (flows.from_class = flows.to_class and {{ is_in_same_area() }})
),

lines as (
    select * from leaving
    union all
    select * from coming
)

select
    {{ area_key() | join(', ') }},
    list,
    line,
    cast(sum(households) as bigint) as households,
    cast(sum(persons) as bigint) as persons,
    cast(sum(growth) as bigint) as growth,
    cast(sum(shrinkage) as bigint) as shrinkage
from lines
group by {{ area_key() | join(', ') }}, list, line
