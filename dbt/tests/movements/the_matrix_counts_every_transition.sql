{# On every level the matrix holds each transition once (districts: where the household has one). #}
with

transitions as (
    select to_year, from_class, to_class, count(*) as households
    from {{ ref('fct_household_transition') }}
    group by to_year, from_class, to_class
),

matrix as (
    select to_year, from_class, to_class, area_level, sum(households) as households
    from {{ ref('transition_matrix') }}
    where area_level <> 'district'
    group by to_year, from_class, to_class, area_level
),

levels as (
    select distinct area_level from matrix
)

select transitions.to_year, transitions.from_class, transitions.to_class, levels.area_level
from transitions
cross join levels
left join matrix
    on
        {{ equal_on('transitions', 'matrix', ['to_year', 'from_class', 'to_class']) }}
        and levels.area_level = matrix.area_level
where matrix.households is distinct from transitions.households
