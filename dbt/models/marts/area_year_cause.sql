{{ config(meta={"kept_by": "survey_year"}) }}
{# A cause that a form does not ask for is null in its years, not zero; so are all in a year without household rows. #}
with

areas as (
    select * from {{ ref('int_area') }}
    union all
    select * from {{ ref('int_former_district_area') }}
),

causes as (
    select cause_code, name_vi from {{ source('reference', 'causes') }}
),

classes as (
    select 'poor' as poverty_class
    union all
    select 'near_poor'
),

form_columns as (
    {{ asked_columns() }}
),

asked as (
    {% for cause in causes() -%}
    select
        survey_year,
        '{{ cause }}' as cause_code,
        {{ was_asked('cause_' ~ cause) }} as is_asked
    from form_columns
    group by survey_year
    {{ 'union all' if not loop.last }}
    {% endfor -%}
),

totals as (
    select * from {{ ref('int_area_class_total') }}
    union all
    select * from {{ ref('int_former_district_class_total') }}
),

counts as (
    {{ counts_by_name('totals', 'cause_code', causes(), {'households': 'cause_'}) | indent(4) }}
)

select
    {{ qualified('areas', area_key()) }},
    areas.area_name,
    classes.poverty_class,
    causes.cause_code,
    causes.name_vi as cause_name,
    case when asked.is_asked then coalesce(counts.households, 0) end as households
from areas
cross join classes
cross join causes
left join asked
    on
        areas.survey_year = asked.survey_year
        and causes.cause_code = asked.cause_code
left join counts
    on
        {{ equal_on('areas', 'counts', area_key()) }}
        and classes.poverty_class = counts.poverty_class
        and causes.cause_code = counts.cause_code
