{# Counts of children in reviewed households by area and class. Counted once, by place. #}
{% set counts = ['households', 'children'] + prefixed('deprived_', indicators()) -%}
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
        count(*) as households,
        sum(children) as children,
        {% for indicator in indicators() -%}
        sum(case when is_deprived_{{ indicator }} then children else 0 end) as deprived_{{ indicator }}
        {{- ',' if not loop.last }}
        {% endfor -%}
    from {{ ref('int_household_children') }}
    group by survey_year, commune_code, district_code, poverty_class
)

select
    {{ columns_of('places', area_key()) }},
    by_place.poverty_class,
    {% for count in counts -%}
    cast(sum(by_place.{{ count }}) as bigint) as {{ count }}{{ ',' if not loop.last }}
    {% endfor -%}
from by_place
inner join places
    on
        by_place.survey_year = places.survey_year
        and by_place.commune_code = places.commune_code
        and by_place.district_code is not distinct from places.district_code
group by {{ columns_of('places', area_key()) }}, by_place.poverty_class
