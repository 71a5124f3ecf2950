{{ config(meta={"kept_by": "survey_year"}) }}
with

placed as (
    {{ in_former_districts(ref('int_household_ethnicity')) | indent(4) }}
),

by_district as (
    {{ ethnicity_counts('placed', ['survey_year', 'district_code']) | indent(4) }}
)

{{ as_former_districts('by_district', ['poverty_class', 'ethnicity_code'], ['households', 'persons']) }}
