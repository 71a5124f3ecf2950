{{ config(meta={"kept_by": "survey_year"}) }}
{# A group that a form does not ask for is null in its years, not zero; so are all in a year without household rows. #}
{% set groups = household_groups() -%}
{% set asked = {
    'head_is_female': 'head_sex',
    'head_is_ethnic_minority': 'head_ethnicity',
    'poverty_group = 1': 'poverty_group',
    'poverty_group = 2': 'poverty_group',
    'poverty_group = 3': 'poverty_group',
} -%}
with

areas as (
    select * from {{ ref('int_area') }}
    union all
    select * from {{ ref('int_former_district_area') }}
),

classes as (
    {% for poverty_class in ['poor', 'near_poor', 'average', 'non_poor'] -%}
    select '{{ poverty_class }}' as poverty_class
    {{ 'union all' if not loop.last }}
    {% endfor -%}
),

totals as (
    select * from {{ ref('int_area_class_total') }}
    union all
    select * from {{ ref('int_former_district_class_total') }}
),

form_columns as (
    {{ asked_columns() }}
),

asked as (
    select
        survey_year,
        {% for group, condition in groups.items() -%}
        {{ was_asked(asked.get(condition, condition)) }} as asked_{{ group }}{{ ',' if not loop.last }}
        {% endfor -%}
    from form_columns
    group by survey_year
)

select
    {{ qualified('areas', area_key()) }},
    areas.area_name,
    classes.poverty_class,
    coalesce(totals.households, 0) as households,
    coalesce(totals.persons, 0) as persons,
    {% for group in groups -%}
    case when asked.asked_{{ group }} then coalesce(totals.{{ group }}, 0) end as {{ group }}_households,
    case when asked.asked_{{ group }} then coalesce(totals.persons_{{ group }}, 0) end as {{ group }}_persons
    {{- ',' if not loop.last }}
    {% endfor -%}
from areas
cross join classes
left join asked on areas.survey_year = asked.survey_year
left join totals
    on
        {{ equal_on('areas', 'totals', area_key()) }}
        and classes.poverty_class = totals.poverty_class
