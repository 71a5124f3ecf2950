{# Counts of reviewed households by area and class. Households are counted once, by place; places are few. #}
{% set counts = ['households', 'persons', 'female_headed', 'ethnic_minority_headed', 'merit', 'social_protection',
    'group_1', 'group_2', 'group_3', 'need_employment_support', 'need_knowledge']
    + prefixed('deprived_', indicators()) + prefixed('need_', needs()) -%}
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
        {{ households_where('head_is_female') }} as female_headed,
        {{ households_where('head_is_ethnic_minority') }} as ethnic_minority_headed,
        {{ households_where('is_merit_household') }} as merit,
        {{ households_where('is_social_protection') }} as social_protection,
        {% for group in [1, 2, 3] -%}
        {{ households_where('poverty_group = ' ~ group) }} as group_{{ group }},
        {% endfor -%}
        {% for parent, children in need_children().items() -%}
        {{ households_where(prefixed('need_', children) | join(' or ')) }} as need_{{ parent }},
        {% endfor -%}
        {% for indicator in indicators() -%}
        {{ households_where('is_deprived_' ~ indicator) }} as deprived_{{ indicator }},
        {% endfor -%}
        {% for need in needs() -%}
        {{ households_where('need_' ~ need) }} as need_{{ need }}{{ ',' if not loop.last }}
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
