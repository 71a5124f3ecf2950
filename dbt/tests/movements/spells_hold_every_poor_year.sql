{# Each poor year of a household is in exactly one spell, and spells do not touch. #}
with

spells as (
    select
        *,
        lead(start_year) over (partition by household_id order by start_year) as next_start_year
    from {{ ref('poverty_spell') }}
),

poor as (
    select household_id, count(*) as years
    from {{ ref('fct_household_year') }}
    where poverty_class = 'poor'
    group by household_id
),

lengths as (
    select household_id, sum(length_years) as years
    from spells
    group by household_id
)

select household_id
from spells
where length_years <> end_year - start_year + 1 or next_start_year <= end_year + 1

union all

select coalesce(poor.household_id, lengths.household_id)
from poor
full outer join lengths on poor.household_id = lengths.household_id
where poor.years is distinct from lengths.years
