{# Counts of reviewed households by area, class and ethnic group of the head. Counted once, by place. #}
with

places as (
    select * from {{ ref('int_place_area') }}
),

by_place as (
    select
        survey_year,
        commune_code,
        district_code,
        poverty_class,
        ethnicity_code,
        count(*) as households,
        coalesce(sum(member_count), 0) as persons
    from {{ ref('int_household_ethnicity') }}
    group by survey_year, commune_code, district_code, poverty_class, ethnicity_code
)

select
    {{ columns_of('places', area_key()) }},
    by_place.poverty_class,
    by_place.ethnicity_code,
    cast(sum(by_place.households) as bigint) as households,
    cast(sum(by_place.persons) as bigint) as persons
from by_place
inner join places
    on
        by_place.survey_year = places.survey_year
        and by_place.commune_code = places.commune_code
        and by_place.district_code is not distinct from places.district_code
group by {{ columns_of('places', area_key()) }}, by_place.poverty_class, by_place.ethnicity_code
