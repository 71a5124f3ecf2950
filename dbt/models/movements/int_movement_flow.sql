{{ config(meta={"kept_by": "survey_year"}) }}
{# Households are counted once; flows are few. #}
select
    to_year as survey_year,
    carried_commune_code as from_commune_code,
    from_district_code,
    to_commune_code,
    to_district_code,
    from_class,
    to_class,
    movement,
    count(*) as households,
    cast(sum(from_member_count) as bigint) as from_persons,
    cast(sum(to_member_count) as bigint) as to_persons,
    cast(sum(greatest(to_member_count - from_member_count, 0)) as bigint) as growth,
    cast(sum(greatest(from_member_count - to_member_count, 0)) as bigint) as shrinkage
from {{ ref('int_household_transition') }}
group by
    to_year, carried_commune_code, from_district_code, to_commune_code, to_district_code, from_class, to_class, movement
