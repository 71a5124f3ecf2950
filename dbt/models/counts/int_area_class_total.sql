{# Counts of reviewed households by area and class. Households are counted once, by place; places are few. #}
{% set groups = household_groups() -%}
{% set counts = ['households', 'persons'] + groups.keys() | list + prefixed('persons_', groups.keys() | list)
    + ['need_employment_support', 'need_knowledge']
    + prefixed('deprived_', indicators()) + prefixed('need_', needs()) + prefixed('cause_', causes()) -%}
with

households as (
    select * from {{ ref('fct_household_year') }}
    where poverty_class <> 'left_list'
),

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
        coalesce(sum(member_count), 0) as persons,
        {% for group, condition in groups.items() -%}
        {{ households_where(condition) }} as {{ group }},
        {{ persons_where(condition) }} as persons_{{ group }},
        {% endfor -%}
        {% for parent, children in need_children().items() -%}
        {{ households_where(prefixed('need_', children) | join(' or ')) }} as need_{{ parent }},
        {% endfor -%}
        {% for indicator in indicators() -%}
        {{ households_where('is_deprived_' ~ indicator) }} as deprived_{{ indicator }},
        {% endfor -%}
        {% for need in needs() -%}
        {{ households_where('need_' ~ need) }} as need_{{ need }},
        {% endfor -%}
        {% for cause in causes() -%}
        {{ households_where('cause_' ~ cause) }} as cause_{{ cause }}{{ ',' if not loop.last }}
        {% endfor -%}
    from households
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
