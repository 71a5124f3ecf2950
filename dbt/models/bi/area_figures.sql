{{ config(meta={"kept_by": "survey_year"}) }}
{% set movement_lines = ['opening', 'to_other_list', 'above_line', 'other_decrease', 'from_other_list', 'returned',
    'newly_arisen', 'other_increase', 'closing'] -%}
with

figures as (
    select * from {{ ref('area_year') }}
),

commune_years as (
    select * from {{ ref('int_commune_year') }}
),

keyed as (
    select
        figures.*,
        {{ area_key_text(
            'figures.boundary', 'figures.area_level', 'figures.area_code', 'commune_years.commune_valid_from'
        ) }} as area_key
    from figures
    left join commune_years
        on
            figures.area_level = 'commune' and figures.boundary = 'as_reviewed'
            and figures.survey_year = commune_years.survey_year
            and figures.area_code = commune_years.commune_code
),

persons as (
    select
        {{ area_key() | join(', ') }},
        sum(persons) as reviewed_persons,
        sum(persons_without_health_insurance) as persons_without_health_insurance,
        sum(case when age_group in ('under_6', '6_to_15') then persons else 0 end) as reviewed_children,
        sum(case when age_group in ('under_6', '6_to_15') then persons_without_health_insurance end)
            as children_without_health_insurance
    from {{ ref('person_area_year') }}
    group by {{ area_key() | join(', ') }}
),

measures as (
    select * from {{ ref('poverty_measure') }}
    where unit = 'household' and weighting = 'equal'
),

movements as (
    select
        {{ area_key() | join(', ') }},
        {% for list in poverty_lists() -%}
        {% for line in movement_lines -%}
        max(case when list = '{{ list }}' then {{ line }} end) as {{ list }}_{{ line }},
        {% endfor -%}
        {% endfor -%}
        count(*) as lists
    from {{ ref('poverty_movement') }}
    where unit = 'household'
    group by {{ area_key() | join(', ') }}
)

select
    keyed.area_key,
    keyed.survey_year,
    years.standard_code,
    areas.area_level,
    areas.area_level_vi,
    areas.boundary,
    areas.boundary_vi,
    keyed.area_code,
    keyed.area_name,
    areas.parent_key,
    areas.district_name,
    areas.former_province_name,
    areas.area_class,
    keyed.resident_households,
    keyed.resident_persons,
    keyed.poor_households,
    keyed.near_poor_households,
    keyed.average_households,
    keyed.non_poor_households,
    keyed.poor_persons,
    keyed.near_poor_persons,
    keyed.poor_rate,
    keyed.near_poor_rate,
    keyed.poor_or_near_poor_rate,
    keyed.female_headed_households,
    keyed.ethnic_minority_headed_households,
    keyed.merit_households,
    keyed.social_protection_households,
    keyed.group_1_households,
    keyed.group_2_households,
    keyed.group_3_households,
    cast(persons.reviewed_persons as bigint) as reviewed_persons,
    cast(persons.persons_without_health_insurance as bigint) as persons_without_health_insurance,
    cast(persons.reviewed_children as bigint) as reviewed_children,
    cast(persons.children_without_health_insurance as bigint) as children_without_health_insurance,
    measures.headcount_ratio,
    measures.intensity,
    measures.adjusted_headcount_ratio,
    {% for list in poverty_lists() -%}
    {% for line in movement_lines -%}
    movements.{{ list }}_{{ line }},
    {% endfor -%}
    {% endfor -%}
    keyed.communes_expected,
    keyed.communes_received,
    keyed.is_final
from keyed
inner join {{ ref('dim_area') }} as areas on keyed.area_key = areas.area_key
inner join {{ ref('dim_year') }} as years on keyed.survey_year = years.survey_year
left join persons on {{ equal_on('keyed', 'persons', area_key()) }}
left join measures on {{ equal_on('keyed', 'measures', area_key()) }}
left join movements on {{ equal_on('keyed', 'movements', area_key()) }}
