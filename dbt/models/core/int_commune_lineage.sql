{# Chains of changes without recursion, which Spark ends after a hundred steps: each step doubles how many changes are
   followed. No unit changes as often as that: a succession that runs in a circle ends here. #}
{% set steps = 5 -%}
with

units as (
    select commune_code, valid_from
    from {{ source('reference', 'administrative_units') }}
),

succession as (
    select
        predecessor_code,
        predecessor_valid_from,
        effective_date,
        successor_code,
        successor_valid_from
    from {{ source('reference', 'commune_succession') }}
),

{# Fewer than one change, and exactly one. #}
followed_0 as (
    select
        commune_code,
        valid_from,
        commune_code as current_code,
        valid_from as current_valid_from,
        valid_from as holds_from
    from units
),

changed_0 as (
    select
        predecessor_code,
        predecessor_valid_from,
        successor_code,
        successor_valid_from,
        effective_date
    from succession
),

{% for step in range(1, steps + 1) -%}
{# Fewer than 2, 4, 8 … changes, and exactly as many. #}
followed_{{ step }} as (
    select * from followed_{{ step - 1 }}

    union all

    select
        earlier.commune_code,
        earlier.valid_from,
        changed.successor_code,
        changed.successor_valid_from,
        changed.effective_date
    from followed_{{ step - 1 }} as earlier
    inner join changed_{{ step - 1 }} as changed
        on
            earlier.current_code = changed.predecessor_code
            and earlier.current_valid_from = changed.predecessor_valid_from
),

{% if not loop.last -%}
changed_{{ step }} as (
    select
        earlier.predecessor_code,
        earlier.predecessor_valid_from,
        later.successor_code,
        later.successor_valid_from,
        later.effective_date
    from changed_{{ step - 1 }} as earlier
    inner join changed_{{ step - 1 }} as later
        on
            earlier.successor_code = later.predecessor_code
            and earlier.successor_valid_from = later.predecessor_valid_from
    where {{ made_once() }}
),

{% endif -%}
{% endfor -%}

followed as (
    select * from followed_{{ steps }}
)

select
    followed.commune_code,
    followed.valid_from,
    followed.current_code,
    followed.current_valid_from,
    followed.holds_from,
    succession.effective_date as holds_until
from followed
left join succession
    on
        followed.current_code = succession.predecessor_code
        and followed.current_valid_from = succession.predecessor_valid_from
