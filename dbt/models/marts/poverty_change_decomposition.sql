{# Opening and closing are those of poverty_movement, not sums of the parts, so that the sum is a proof. #}
{% set area = ['survey_year', 'area_level', 'area_code'] -%}
with

movements as (
    select * from {{ ref('poverty_movement') }}
    where boundary = 'harmonised' and unit = 'household' and opening is not null
),

residents as (
    select survey_year, area_level, area_code, resident_households
    from {{ ref('area_year') }}
    where boundary = 'harmonised'
),

bases as (
    select * from {{ ref('int_change_basis') }}
),

blocks as (
    select * from {{ ref('int_movement_block_area') }}
    where boundary = 'harmonised'
),

flows as (
    select * from {{ ref('int_movement_flow') }}
),

effects as (
    select * from {{ ref('int_change_effect') }}
),

{% for side, other in [('from', 'to'), ('to', 'from')] -%}
{{ 'exits' if side == 'from' else 'entries' }} as (
    select
        {{ qualified(side ~ '_areas', area) }},
        flows.{{ side }}_class as list,
        sum(flows.households) as households
    from flows
    {{ join_areas_of(side, 'flows') }}
    {{ join_areas_of(other, 'flows', 'left', side, ['area_level']) }}
    where
        {{ on_a_list('flows.' ~ side ~ '_class') }}
        and ({{ is_gone('flows.' ~ other ~ '_class') }} or not {{ is_in_same_area() }})
    group by {{ qualified(side ~ '_areas', area) }}, flows.{{ side }}_class
),

{% endfor -%}

linked as (
    select
        {{ qualified('to_areas', area) }},
        effects.list,
        sum(effects.households) as households,
        sum(effects.explained_households) as explained_households,
        sum(effects.uncertain_households) as uncertain_households,
        {% for effect in change_effects() -%}
        sum(effects.{{ effect }}_effect_times_4) as {{ effect }}_effect_times_4{{ ',' if not loop.last }}
        {% endfor -%}
    from effects
    {{ join_areas_of('from', 'effects') }}
    {{ join_areas_of('to', 'effects', other='from', shared=['area_level', 'area_code']) }}
    group by {{ qualified('to_areas', area) }}, effects.list
),

counted as (
    select
        bases.from_year,
        bases.to_year,
        movements.area_level,
        movements.area_code,
        movements.list,
        movements.area_name,
        bases.from_standard_code,
        bases.to_standard_code,
        bases.basis,
        movements.opening,
        movements.closing,
        movements.closing - movements.opening as change,
        cast(coalesce(entries.households, 0) as bigint) as entries,
        cast(coalesce(exits.households, 0) as bigint) as exits,
        cast(coalesce(linked.households, 0) as bigint) as linked_households,
        cast(coalesce(linked.explained_households, 0) as bigint) as explained_households,
        cast(coalesce(linked.uncertain_households, 0) as bigint) as uncertain_households,
        {% for effect in change_effects() -%}
        {{ divide_by_4('coalesce(linked.' ~ effect ~ '_effect_times_4, 0)') }} as {{ effect }}_effect,
        {% endfor -%}
        residents_before.resident_households as from_residents,
        residents.resident_households as to_residents
    from movements
    inner join bases on movements.survey_year = bases.to_year
    {% for part in ['entries', 'exits', 'linked'] -%}
    left join {{ part }} on {{ equal_on('movements', part, area + ['list']) }}
    {% endfor -%}
    left join residents on {{ equal_on('movements', 'residents', area) }}
    left join residents as residents_before
        on
            bases.from_year = residents_before.survey_year
            and {{ equal_on('movements', 'residents_before', ['area_level', 'area_code']) }}
)

select
    from_year,
    to_year,
    area_level,
    area_code,
    list,
    area_name,
    from_standard_code,
    to_standard_code,
    basis,
    opening,
    closing,
    change,
    entries,
    exits,
    linked_households,
    explained_households,
    uncertain_households,
    {% for effect in change_effects() -%}
    {{ effect }}_effect,
    {% endfor -%}
    {{ ratio('opening', 'from_residents') }} as from_rate,
    {{ ratio('closing', 'to_residents') }} as to_rate,
    {{ ratio('closing', 'to_residents') }} - {{ ratio('opening', 'from_residents') }} as rate_change,
    {{ ratio('entries', 'to_residents') }} as entry_rate_effect,
    {{ ratio('-exits', 'to_residents') }} as exit_rate_effect,
    {% for effect in change_effects() if effect != 'real' -%}
    {{ ratio(effect ~ '_effect', 'to_residents') }} as {{ effect }}_rate_effect,
    {% endfor -%}
    {{ ratio('opening', 'to_residents') }} - {{ ratio('opening', 'from_residents') }} as population_rate_effect
from counted
