{{ config(meta={"kept_by": "survey_year"}) }}
{# Households' districts give the harmonised districts, also where nobody of that district is left this year. #}
with

transitions as (
    select * from {{ ref('int_household_transition') }}
),

blocks as (
    select to_year as survey_year, carried_commune_code as commune_code, from_district_code as district_code
    from transitions
    where carried_commune_code is not null

    union

    select to_year, to_commune_code, to_district_code
    from transitions
    where to_commune_code is not null
),

commune_areas as (
    select survey_year, commune_code, area_level, boundary, area_code
    from {{ ref('int_block_area') }}
    where not (area_level = 'district' and boundary = 'harmonised')
)

select
    blocks.survey_year,
    blocks.commune_code,
    blocks.district_code,
    commune_areas.area_level,
    commune_areas.boundary,
    commune_areas.area_code
from blocks
inner join commune_areas
    on
        blocks.survey_year = commune_areas.survey_year
        and blocks.commune_code = commune_areas.commune_code

union all

select survey_year, commune_code, district_code, 'district', 'harmonised', district_code
from blocks
where district_code is not null
