with

units as (
    select * from {{ source('reference', 'administrative_units') }}
),

lineage as (
    select * from {{ ref('int_commune_lineage') }}
),

territory as (
    select * from {{ ref('int_territory') }}
),

on_the_date as (
    select lineage.*
    from lineage
    cross join territory
    where
        lineage.holds_from <= greatest(lineage.valid_from, territory.harmonised_date)
        and (lineage.holds_until is null or lineage.holds_until > territory.harmonised_date)
),

{# Former provinces are those of the units that have a district. Later units belong to that of their predecessors. #}
former_provinces as (
    select
        province_code,
        max(province_name) as province_name
    from units
    where district_code is not null
    group by province_code
),

former_province_count as (
    select count(*) as provinces from former_provinces
),

{# A territory of one former province has no areas of this level. #}
several_provinces as (
    select former_provinces.*
    from former_provinces
    cross join former_province_count
    where former_province_count.provinces > 1
),

predecessors as (
    select
        lineage.current_code as commune_code,
        lineage.current_valid_from as valid_from,
        max(former.province_code) as province_code
    from lineage
    inner join units as former
        on
            lineage.commune_code = former.commune_code
            and lineage.valid_from = former.valid_from
    where former.district_code is not null
    group by lineage.current_code, lineage.current_valid_from
)

select
    units.*,
    harmonised.commune_code as harmonised_commune_code,
    harmonised.commune_name as harmonised_commune_name,
    harmonised.area_class as harmonised_area_class,
    several_provinces.province_code as former_province_code,
    several_provinces.province_name as former_province_name
from units
inner join on_the_date
    on
        units.commune_code = on_the_date.commune_code
        and units.valid_from = on_the_date.valid_from
inner join units as harmonised
    on
        on_the_date.current_code = harmonised.commune_code
        and on_the_date.current_valid_from = harmonised.valid_from
left join predecessors
    on
        units.commune_code = predecessors.commune_code
        and units.valid_from = predecessors.valid_from
left join several_provinces on predecessors.province_code = several_provinces.province_code
