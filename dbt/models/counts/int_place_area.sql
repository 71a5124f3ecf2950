{# The areas that a place belongs to. A place is a commune of a survey year and a district: the commune's own (residents
   are counted there), or from 2025 on the one that the household's past gives. #}
{% set levels = [
    ('province', 'as_reviewed', "'" ~ var('province_area_code') ~ "'", "'" ~ var('province_area_name') ~ "'", 'true'),
    ('province', 'harmonised', "'" ~ var('province_area_code') ~ "'", "'" ~ var('province_area_name') ~ "'", 'true'),
    ('district', 'as_reviewed', 'district_code', 'district_name', 'has_district_reviewed'),
    ('district', 'harmonised', 'district_code', 'district_name', 'district_code is not null'),
    ('commune', 'as_reviewed', 'commune_code', 'commune_name', 'true'),
    ('commune', 'harmonised', 'harmonised_commune_code', 'harmonised_commune_name', 'true'),
    ('area_class', 'as_reviewed', 'area_class', area_class_name('area_class'), 'true'),
    ('area_class', 'harmonised', 'harmonised_area_class', area_class_name('harmonised_area_class'), 'true'),
] -%}
with

communes as (
    select * from {{ ref('int_commune_year') }}
),

district_names as (
    select district_code, max(district_name) as district_name
    from {{ source('reference', 'administrative_units') }}
    where district_code is not null
    group by district_code
),

places as (
    select survey_year, commune_code, district_code
    from communes

    union

    select records.survey_year, records.commune_code, districts.district_code
    from {{ ref('int_household_classified') }} as records
    inner join {{ ref('int_household_identity') }} as identity
        on
            records.source_file_id = identity.source_file_id
            and records.row_number = identity.row_number
    inner join {{ ref('int_household_district') }} as districts
        on
            identity.household_id = districts.household_id
            and identity.survey_year = districts.survey_year
    where identity.is_row_of_the_year
),

described as (
    select
        places.survey_year,
        places.commune_code,
        places.district_code,
        district_names.district_name,
        communes.district_code is not null as has_district_reviewed,
        coalesce(communes.district_code, '') = coalesce(places.district_code, '') as is_own_place,
        communes.commune_name,
        communes.area_class,
        communes.harmonised_commune_code,
        communes.harmonised_commune_name,
        communes.harmonised_area_class
    from places
    inner join communes
        on
            places.survey_year = communes.survey_year
            and places.commune_code = communes.commune_code
    left join district_names on places.district_code = district_names.district_code
),

mapped as (
    {% for area_level, boundary, area_code, area_name, condition in levels -%}
    select
        survey_year,
        commune_code,
        district_code,
        is_own_place,
        '{{ area_level }}' as area_level,
        '{{ boundary }}' as boundary,
        {{ area_code }} as area_code,
        {{ area_name }} as area_name
    from described
    where {{ condition }}
    {{ 'union all' if not loop.last }}
    {% endfor -%}
)

select * from mapped
