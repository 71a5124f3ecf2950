{# Whatever communes report by class, cause, ethnic group or child stands once in every level above. A household without
   a district, which from 2025 on nothing before may give, is in none: districts may then count fewer, never more. #}
{% set tables = {
    'area_year_class': ['households', 'persons', 'lacks_labour_capacity_households', 'female_headed_persons'],
    'area_year_cause': ['households'],
    'area_year_ethnicity': ['households', 'persons'],
    'child_indicator_area_year': ['deprived_children', 'children', 'households_with_children'],
    'person_area_year': ['persons', 'persons_without_health_insurance'],
} -%}
{% set further = {
    'area_year_class': "''", 'area_year_cause': 'cause_code', 'area_year_ethnicity': 'ethnicity_code',
    'child_indicator_area_year': 'indicator_code', 'person_area_year': "sex || ' ' || age_group",
} -%}
with

without_district as (
    select distinct survey_year
    from {{ ref('int_household_year') }}
    where district_code is null
),

sums as (
    {% for table, measures in tables.items() -%}
    {% set last_table = loop.last -%}
    {% for measure in measures -%}
    select
        '{{ table }}.{{ measure }}' as measure,
        survey_year,
        boundary,
        poverty_class,
        {{ further[table] }} as part,
        area_level,
        coalesce(sum({{ measure }}), 0) as amount
    from {{ ref(table) }}
    group by survey_year, boundary, poverty_class, part, area_level
    {{ 'union all' if not (last_table and loop.last) }}
    {% endfor -%}
    {% endfor -%}
)

select
    parts.measure,
    parts.survey_year,
    parts.boundary,
    parts.poverty_class,
    parts.part,
    parts.area_level
from sums as parts
inner join sums as whole
    on
        {{ equal_on('parts', 'whole', ['measure', 'survey_year', 'boundary', 'poverty_class', 'part']) }}
        and whole.area_level = 'province'
left join without_district
    on
        parts.survey_year = without_district.survey_year
        and parts.area_level = 'district'
where
    parts.amount > whole.amount
    or (parts.amount < whole.amount and without_district.survey_year is null)
