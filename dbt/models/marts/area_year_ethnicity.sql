{{ config(meta={"kept_by": "survey_year"}) }}
with

areas as (
    select * from {{ ref('int_area') }}
    union all
    select * from {{ ref('int_former_district_area') }}
),

totals as (
    select * from {{ ref('int_area_ethnicity_total') }}
    where poverty_class in ('poor', 'near_poor')
    union all
    select * from {{ ref('int_former_district_ethnicity_total') }}
    where poverty_class in ('poor', 'near_poor')
),

classes as (
    select 'poor' as poverty_class
    union all
    select 'near_poor'
),

names as (
    select ethnicity_code, max(name_vi) as ethnicity_name
    from {{ source('reference', 'ethnicities') }}
    group by ethnicity_code
),

groups as (
    select distinct totals.survey_year, names.ethnicity_code, names.ethnicity_name
    from totals
    inner join names on totals.ethnicity_code = names.ethnicity_code
)

select
    {{ qualified('areas', area_key()) }},
    areas.area_name,
    classes.poverty_class,
    groups.ethnicity_code,
    groups.ethnicity_name,
    coalesce(totals.households, 0) as households,
    coalesce(totals.persons, 0) as persons
from areas
inner join groups on areas.survey_year = groups.survey_year
cross join classes
left join totals
    on
        {{ equal_on('areas', 'totals', area_key()) }}
        and classes.poverty_class = totals.poverty_class
        and groups.ethnicity_code = totals.ethnicity_code
