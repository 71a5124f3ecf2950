{# A unit that ended without a successor, or has two, would drop out of the harmonised figures or count twice. #}
with

units as (
    select commune_code, valid_from from {{ source('reference', 'administrative_units') }}
),

carried as (
    select commune_code, valid_from, count(*) as holders
    from {{ ref('int_commune_harmonised') }}
    group by commune_code, valid_from
)

select units.*
from units
left join carried
    on
        units.commune_code = carried.commune_code
        and units.valid_from = carried.valid_from
where coalesce(carried.holders, 0) <> 1
