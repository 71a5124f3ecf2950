{{ config(meta={"kept_by": "survey_year"}) }}
with

placed as (
    {{ in_former_districts(ref('int_household_classified')) | indent(4) }}
        and counted.recorded_class <> 'left_list'
),

counted as (
    {{ measure_counts('placed', ['survey_year', 'commune_code', 'district_code']) | indent(4) }}
)

select * from counted
