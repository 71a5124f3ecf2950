{{ config(meta={"kept_by": "survey_year"}) }}
{% set levels = [
    ('province', 'as_reviewed', 'territory.area_code', 'territory.area_name'),
    ('province', 'harmonised', 'territory.area_code', 'territory.area_name'),
    ('former_province', 'as_reviewed', "'former-' || communes.former_province_code", 'communes.former_province_name'),
    ('former_province', 'harmonised', "'former-' || communes.former_province_code", 'communes.former_province_name'),
    ('district', 'as_reviewed', 'communes.district_code', 'communes.known_district_name'),
    ('district', 'harmonised', 'communes.district_code', 'communes.known_district_name'),
    ('commune', 'as_reviewed', 'communes.commune_code', 'communes.commune_name'),
    ('commune', 'harmonised', 'communes.harmonised_commune_code', 'communes.harmonised_commune_name'),
    ('area_class', 'as_reviewed', 'communes.area_class', area_class_name('communes.area_class')),
    ('area_class', 'harmonised', 'communes.harmonised_area_class', area_class_name('communes.harmonised_area_class')),
] -%}
with

communes as (
    select
        commune_years.*,
        districts.district_name as known_district_name
    from {{ ref('int_commune_year') }} as commune_years
    left join {{ ref('int_district') }} as districts on commune_years.district_code = districts.district_code
),

territory as (
    select * from {{ ref('int_territory') }}
),

mapped as (
    {% for area_level, boundary, area_code, area_name in levels -%}
    select
        communes.survey_year,
        communes.commune_code,
        '{{ area_level }}' as area_level,
        '{{ boundary }}' as boundary,
        {{ area_code }} as area_code,
        {{ area_name }} as area_name
    from communes
    cross join territory
    {{ 'union all' if not loop.last }}
    {% endfor -%}
)

select * from mapped
where area_code is not null
