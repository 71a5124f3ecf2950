{{ config(meta={"kept_by": "survey_year"}) }}
{% set block = ['survey_year', 'commune_code', 'district_code'] -%}
with

rows_with_class as (
    select
        *,
        {# The whole commune; int_former_district_measure_sum has the columns of this model and names a district. #}
        cast(null as {{ dbt.type_string() }}) as district_code
    from {{ ref('int_household_classified') }}
    where recorded_class <> 'left_list'
),

counted as (
    {{ measure_counts('rows_with_class', block) | indent(4) }}
)

select * from counted
