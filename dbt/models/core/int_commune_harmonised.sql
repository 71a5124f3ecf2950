{# Every unit with the unit that holds its territory on the harmonised date. A later unit is carried to itself. #}
with

units as (
    select * from {{ source('reference', 'administrative_units') }}
),

lineage as (
    select * from {{ ref('int_commune_lineage') }}
    where
        holds_from <= greatest(valid_from, cast('{{ var("harmonised_date") }}' as date))
        and (holds_until is null or holds_until > cast('{{ var("harmonised_date") }}' as date))
)

select
    units.*,
    harmonised.commune_code as harmonised_commune_code,
    harmonised.commune_name as harmonised_commune_name,
    harmonised.area_class as harmonised_area_class
from units
inner join lineage
    on
        units.commune_code = lineage.commune_code
        and units.valid_from = lineage.valid_from
inner join units as harmonised
    on
        lineage.current_code = harmonised.commune_code
        and lineage.current_valid_from = harmonised.valid_from
