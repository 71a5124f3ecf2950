{# The areas that have rows, with what is known of all their communes. A harmonised district without communes of its own
   (from 2025 on) exists because a household was in it: nothing is known of its residents. #}
with

places as (
    select * from {{ ref('int_place_area') }}
),

communes as (
    select * from {{ ref('int_commune_year') }}
),

described as (
    select
        {{ columns_of('places', area_key()) }},
        max(places.area_name) as area_name,
        count(communes.commune_code) as communes,
        cast(sum(case when communes.is_received then 1 else 0 end) as bigint) as communes_received,
        cast(sum(case when communes.is_final then 1 else 0 end) as bigint) as communes_final,
        cast(sum(communes.resident_households) as bigint) as resident_households,
        cast(sum(communes.resident_persons) as bigint) as resident_persons
    from places
    left join communes
        on
            places.is_own_place
            and places.survey_year = communes.survey_year
            and places.commune_code = communes.commune_code
    group by {{ columns_of('places', area_key()) }}
)

select
    {{ area_key() | join(', ') }},
    area_name,
    resident_households,
    resident_persons,
    nullif(communes, 0) as communes_expected,
    case when communes > 0 then communes_received end as communes_received,
    case when communes > 0 then communes_final = communes end as is_final
from described
where communes = 0 or communes_received > 0
