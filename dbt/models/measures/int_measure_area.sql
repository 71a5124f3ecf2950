{{ config(meta={"kept_by": "survey_year"}) }}
{% set sums = ['units'] + prefixed('deprived_', indicators()) -%}
{% set block = ['survey_year', 'commune_code', 'district_code'] -%}
with

areas as (
    select * from {{ ref('int_area') }}
    union all
    select * from {{ ref('int_former_district_area') }}
),

communes as (
    select * from {{ ref('int_commune_year') }}
),

{# Communes as a whole; and once more, by household, for the districts that are over. #}
cells as (
    select * from {{ ref('int_measure_sum') }}
    union all
    select * from {{ ref('int_former_district_measure_sum') }}
),

standards as (
    select distinct standard_code, first_survey_year, last_survey_year
    from {{ source('reference', 'poverty_standards') }}
),

blocks as (
    select
        {{ block[:2] | join(', ') }},
        cast(null as {{ dbt.type_string() }}) as district_code,
        area_level,
        boundary,
        area_code
    from {{ ref('int_block_area') }}

    union all

    select distinct {{ block | join(', ') }}, 'district', 'harmonised', district_code
    from {{ ref('int_former_district_measure_sum') }}
),

{# A block with the class of its commune on the same boundary. #}
classed as (
    select
        blocks.*,
        classes.area_code as area_class
    from blocks
    inner join {{ ref('int_block_area') }} as classes
        on
            {{ equal_on('blocks', 'classes', ['survey_year', 'commune_code', 'boundary']) }}
            and classes.area_level = 'area_class'
),

{% for name in ['all'] + measure_subgroups().keys() | list -%}
by_{{ name }} as (
    select
        {{ block | join(', ') }},
        '{{ name }}' as subgroup_type,
        {{ "'all'" if name == 'all' else name }} as subgroup_code,
        poverty_class,
        unit,
        {% for sum in sums -%}
        sum({{ sum }}) as {{ sum }}{{ ',' if not loop.last }}
        {% endfor -%}
    from cells
    group by {{ block | join(', ') }}, poverty_class, unit{{ ', ' ~ name if name != 'all' }}
),

{% endfor -%}

of_blocks as (
    {% for name in ['all'] + measure_subgroups().keys() | list -%}
    select * from by_{{ name }}
    {{ 'union all' if not loop.last }}
    {% endfor -%}
),

of_areas as (
    {% for subgroup_type, subgroup_code, condition in [
        ('of_blocks.subgroup_type', 'of_blocks.subgroup_code', 'true'),
        ("'area_class'", 'classed.area_class', "of_blocks.subgroup_type = 'all'"),
    ] -%}
    select
        {{ qualified('classed', area_key()) }},
        {{ subgroup_type }} as subgroup_type,
        {{ subgroup_code }} as subgroup_code,
        of_blocks.poverty_class,
        of_blocks.unit,
        {{ qualified('of_blocks', sums) }}
    from of_blocks
    inner join classed
        on
            {{ equal_on('of_blocks', 'classed', ['survey_year', 'commune_code']) }}
            and of_blocks.district_code is not distinct from classed.district_code
    where {{ condition }}
    {{ 'union all' if not loop.last }}
    {% endfor -%}
),

{% set key = area_key() + ['subgroup_type', 'subgroup_code'] -%}

totals as (
    {{ measure_totals('of_areas', key, indicators(), "poverty_class = 'poor'") }}
),

residents as (
    {% for unit in ['household', 'person'] -%}
    select
        {{ area_key() | join(', ') }},
        'all' as subgroup_type,
        'all' as subgroup_code,
        '{{ unit }}' as unit,
        resident_{{ unit }}s as population
    from areas
    union all
    select
        {{ qualified('classed', area_key()) }},
        'area_class' as subgroup_type,
        classed.area_class as subgroup_code,
        '{{ unit }}' as unit,
        cast(sum(communes.resident_{{ unit }}s) as bigint) as population
    from classed
    inner join communes
        on {{ equal_on('classed', 'communes', ['survey_year', 'commune_code']) }}
    where classed.district_code is null
    group by {{ qualified('classed', area_key()) }}, classed.area_class
    {{ 'union all' if not loop.last }}
    {% endfor -%}
),

{# Every area has a row as a whole, also when nobody was reviewed in it; a subgroup where it occurs. #}
listed as (
    select {{ (key + ['unit']) | join(', ') }} from totals
    union
    select {{ (key + ['unit']) | join(', ') }} from residents
    where subgroup_type = 'all' or population is not null
)

select
    {{ qualified('listed', key + ['unit']) }},
    standards.standard_code,
    residents.population,
    coalesce(totals.reviewed, 0) as reviewed,
    coalesce(totals.poor, 0) as poor,
    {% for indicator in indicators() -%}
    coalesce(totals.deprived_{{ indicator }}, 0) as deprived_{{ indicator }},
    coalesce(totals.poor_deprived_{{ indicator }}, 0) as poor_deprived_{{ indicator }}{{ ',' if not loop.last }}
    {% endfor -%}
from listed
inner join areas on {{ equal_on('listed', 'areas', area_key()) }}
inner join standards on listed.survey_year between standards.first_survey_year and standards.last_survey_year
left join totals on {{ equal_on('listed', 'totals', key + ['unit']) }}
left join residents on {{ equal_on('listed', 'residents', key + ['unit']) }}
