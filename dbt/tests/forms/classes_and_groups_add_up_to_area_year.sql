{# Every class, ethnic group and group of households of an area counts the households and persons of area_year. #}
{% set listed = ['female_headed', 'ethnic_minority_headed', 'merit', 'social_protection', 'group_1', 'group_2',
    'group_3'] -%}
with

areas as (
    select * from {{ ref('area_year') }}
),

classes as (
    select
        {{ area_key() | join(', ') }},
        {% for poverty_class in ['poor', 'near_poor', 'average', 'non_poor'] -%}
        sum(case when poverty_class = '{{ poverty_class }}' then households end) as {{ poverty_class }}_households,
        {% endfor -%}
        {% for poverty_class in ['poor', 'near_poor'] -%}
        sum(case when poverty_class = '{{ poverty_class }}' then persons end) as {{ poverty_class }}_persons,
        {% endfor -%}
        {% for group in listed -%}
        sum(case when poverty_class in ('poor', 'near_poor') then {{ group }}_households end) as {{ group }}_households
        {{- ',' if not loop.last }}
        {% endfor -%}
    from {{ ref('area_year_class') }}
    group by {{ area_key() | join(', ') }}
),

ethnicities as (
    select
        {{ area_key() | join(', ') }},
        {% for poverty_class in ['poor', 'near_poor'] -%}
        sum(case when poverty_class = '{{ poverty_class }}' then households end) as {{ poverty_class }}_households,
        sum(case when poverty_class = '{{ poverty_class }}' then persons end) as {{ poverty_class }}_persons
        {{- ',' if not loop.last }}
        {% endfor -%}
    from {{ ref('area_year_ethnicity') }}
    group by {{ area_key() | join(', ') }}
)

select {{ qualified('areas', area_key()) }}
from areas
left join classes on {{ equal_on('areas', 'classes', area_key()) }}
left join ethnicities on {{ equal_on('areas', 'ethnicities', area_key()) }}
where
    classes.survey_year is null
    {% for poverty_class in ['poor', 'near_poor', 'average', 'non_poor'] -%}
    or classes.{{ poverty_class }}_households <> areas.{{ poverty_class }}_households
    {% endfor -%}
    {% for poverty_class in ['poor', 'near_poor'] -%}
    or classes.{{ poverty_class }}_persons <> areas.{{ poverty_class }}_persons
    or coalesce(ethnicities.{{ poverty_class }}_households, 0) <> areas.{{ poverty_class }}_households
    or coalesce(ethnicities.{{ poverty_class }}_persons, 0) <> areas.{{ poverty_class }}_persons
    {% endfor -%}
    {% for group in listed -%}
    or coalesce(classes.{{ group }}_households, areas.{{ group }}_households) <> areas.{{ group }}_households
    {% endfor -%}
