{{ config(meta={"kept_by": "survey_year"}) }}
{% set key = area_key() + ['poverty_class', 'indicator_code'] -%}
with

areas as (
    select {{ area_key() | join(', ') }} from {{ ref('int_area') }}
    union all
    select {{ area_key() | join(', ') }} from {{ ref('int_former_district_area') }}
),

standards as (
    select distinct standard_code, first_survey_year, last_survey_year
    from {{ source('reference', 'poverty_standards') }}
),

standard_indicators as (
    select standard_code, indicator_code from {{ source('reference', 'standard_indicators') }}
),

classes as (
    {% for poverty_class in ['poor', 'near_poor', 'average', 'non_poor'] -%}
    select '{{ poverty_class }}' as poverty_class, '{{ poverty_class }}' as counted_class
    union all
    {% endfor -%}
    select 'poor_or_near_poor', 'poor'
    union all
    select 'poor_or_near_poor', 'near_poor'
),

totals as (
    select * from {{ ref('int_area_class_total') }}
    union all
    select * from {{ ref('int_former_district_class_total') }}
),

counts as (
    {{ counts_by_name(
        'totals', 'indicator_code', indicators(), {'deprived_households': 'deprived_'}, ['households']
    ) | indent(4) }}
),

grid as (
    select
        {{ qualified('areas', area_key()) }},
        classes.poverty_class,
        classes.counted_class,
        standard_indicators.indicator_code
    from areas
    inner join standards on areas.survey_year between standards.first_survey_year and standards.last_survey_year
    inner join standard_indicators on standards.standard_code = standard_indicators.standard_code
    cross join classes
),

summed as (
    select
        {{ qualified('grid', key) }},
        cast(coalesce(sum(counts.deprived_households), 0) as bigint) as deprived_households,
        cast(coalesce(sum(counts.households), 0) as bigint) as class_households
    from grid
    left join counts
        on
            {{ equal_on('grid', 'counts', area_key() + ['indicator_code']) }}
            and grid.counted_class = counts.poverty_class
    group by {{ qualified('grid', key) }}
)

select
    {{ key | join(', ') }},
    deprived_households,
    class_households,
    {{ ratio('deprived_households', 'class_households') }} as deprivation_rate
from summed
