{{ config(meta={"kept_by": "survey_year"}) }}
{% set listed_counts = [
    ('female_headed_households', 'female_headed'),
    ('ethnic_minority_headed_households', 'ethnic_minority_headed'),
    ('merit_households', 'merit'),
    ('social_protection_households', 'social_protection'),
    ('group_1_households', 'group_1'),
    ('group_2_households', 'group_2'),
    ('group_3_households', 'group_3'),
] -%}
with

areas as (
    select * from {{ ref('int_area') }}
    union all
    select * from {{ ref('int_former_district_area') }}
),

totals as (
    select * from {{ ref('int_area_class_total') }}
    union all
    select * from {{ ref('int_former_district_class_total') }}
),

counted as (
    select
        {{ qualified('areas', area_key()) }},
        {% for poverty_class in ['poor', 'near_poor', 'average', 'non_poor'] -%}
        {{ sum_of_class('households', [poverty_class]) }} as {{ poverty_class }}_households,
        {% endfor -%}
        {% for poverty_class in ['poor', 'near_poor'] -%}
        {{ sum_of_class('persons', [poverty_class]) }} as {{ poverty_class }}_persons,
        {% endfor -%}
        {% for column, count in listed_counts -%}
        {{ sum_of_class(count, ['poor', 'near_poor']) }} as {{ column }}{{ ',' if not loop.last }}
        {% endfor -%}
    from areas
    left join totals on {{ equal_on('areas', 'totals', area_key()) }}
    group by {{ qualified('areas', area_key()) }}
)

select
    {{ qualified('areas', area_key()) }},
    areas.area_name,
    areas.resident_households,
    areas.resident_persons,
    counted.poor_households,
    counted.near_poor_households,
    counted.average_households,
    counted.non_poor_households,
    counted.poor_persons,
    counted.near_poor_persons,
    {{ ratio('counted.poor_households', 'areas.resident_households') }} as poor_rate,
    {{ ratio('counted.near_poor_households', 'areas.resident_households') }} as near_poor_rate,
    {{ ratio('counted.poor_households + counted.near_poor_households', 'areas.resident_households') }}
        as poor_or_near_poor_rate,
    {% for column, _ in listed_counts -%}
    counted.{{ column }},
    {% endfor -%}
    areas.communes_expected,
    areas.communes_received,
    areas.is_final
from areas
inner join counted on {{ equal_on('areas', 'counted', area_key()) }}
