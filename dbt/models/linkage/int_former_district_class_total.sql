{{ config(meta={"kept_by": "survey_year"}) }}
with

placed as (
    {{ in_former_districts(ref('int_household_classified')) | indent(4) }}
        and counted.recorded_class <> 'left_list'
),

by_district as (
    {{ class_counts('placed', ['survey_year', 'district_code']) | indent(4) }}
)

{{ as_former_districts('by_district', ['poverty_class'], class_count_names()) }}
