{{ config(meta={"kept_by": "survey_year"}) }}
with

placed as (
    {{ in_former_districts(ref('int_household_children')) | indent(4) }}
),

by_district as (
    {{ child_counts('placed', ['survey_year', 'district_code']) | indent(4) }}
)

{{ as_former_districts('by_district', ['poverty_class'], child_count_names()) }}
