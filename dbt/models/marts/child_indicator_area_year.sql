{{ config(meta={"kept_by": "survey_year"}) }}
with

areas as (
    select * from {{ ref('int_area') }}
    union all
    select * from {{ ref('int_former_district_area') }}
),

totals as (
    select * from {{ ref('int_area_child_total') }}
    union all
    select * from {{ ref('int_former_district_child_total') }}
),

standards as (
    select distinct standard_code, first_survey_year, last_survey_year
    from {{ source('reference', 'poverty_standards') }}
),

standard_indicators as (
    select standard_code, indicator_code from {{ source('reference', 'standard_indicators') }}
),

classes as (
    select 'poor' as poverty_class
    union all
    select 'near_poor'
),

counts as (
    {{ counts_by_name('totals', 'indicator_code', indicators(), {'deprived_children': 'deprived_'}) | indent(4) }}
)

select
    {{ qualified('areas', area_key()) }},
    areas.area_name,
    classes.poverty_class,
    standard_indicators.indicator_code,
    coalesce(counts.deprived_children, 0) as deprived_children,
    coalesce(totals.children, 0) as children,
    coalesce(totals.households, 0) as households_with_children,
    {{ ratio('coalesce(counts.deprived_children, 0)', 'coalesce(totals.children, 0)') }} as deprivation_rate
from areas
inner join standards on areas.survey_year between standards.first_survey_year and standards.last_survey_year
inner join standard_indicators on standards.standard_code = standard_indicators.standard_code
cross join classes
left join totals
    on
        {{ equal_on('areas', 'totals', area_key()) }}
        and classes.poverty_class = totals.poverty_class
left join counts
    on
        {{ equal_on('areas', 'counts', area_key()) }}
        and classes.poverty_class = counts.poverty_class
        and standard_indicators.indicator_code = counts.indicator_code
