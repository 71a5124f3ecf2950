{{ config(meta={"kept_by": "to_year"}) }}
select
    household_id,
    from_year,
    to_year,
    from_class,
    to_class,
    movement,
    from_commune_code,
    to_commune_code,
    is_in_another_commune,
    from_member_count,
    to_member_count
from {{ ref('int_household_transition') }}
