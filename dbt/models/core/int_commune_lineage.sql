{# No unit changes as often as this: a succession that runs in a circle ends here. #}
{% set most_changes = 30 -%}
with recursive

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

followed (commune_code, valid_from, current_code, current_valid_from, holds_from, changes) as (
    select commune_code, valid_from, commune_code, valid_from, valid_from, 0
    from units

    union all

    select
        followed.commune_code,
        followed.valid_from,
        succession.successor_code,
        succession.successor_valid_from,
        succession.effective_date,
        followed.changes + 1
    from followed
    inner join succession
        on
            followed.current_code = succession.predecessor_code
            and followed.current_valid_from = succession.predecessor_valid_from
    where followed.changes < {{ most_changes }}
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
