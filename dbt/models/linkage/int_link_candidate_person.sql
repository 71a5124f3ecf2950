{# For records that no code links: the last record before, anywhere, that holds a person with the same number, or name
   and day of birth, and in the same commune the same name and year of birth. #}
with

persons as (
    select * from {{ ref('int_identity_person') }}
),

wanted as (
    select persons.*
    from persons
    inner join {{ ref('int_identity_chain') }} as chains on persons.record_number = chains.record_number
    where not chains.is_dealt_with
),

by_number as (
    {{ identity_pairs_by('wanted', 'persons', ['citizen_id']) | indent(4) }}
),

by_name_and_day as (
    {{ identity_pairs_by('wanted', 'persons', ['name_number', 'birth_day']) | indent(4) }}
),

by_name_and_year as (
    {{ identity_pairs_by('wanted', 'persons', ['name_number', 'birth_year', 'harmonised_commune_code']) | indent(4) }}
),

pairs as (
    select * from by_number
    union
    select * from by_name_and_day
    union
    select * from by_name_and_year
)

select
    record_number,
    earlier_record_number,
    false as has_previous_code,
    false as has_same_code
from pairs
