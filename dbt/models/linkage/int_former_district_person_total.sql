{{ config(meta={"kept_by": "survey_year"}) }}
with

placed as (
    {{ in_former_districts(ref('int_person'), 'household_row_number') | indent(4) }}
),

by_district as (
    {{ person_counts('placed', ['survey_year', 'district_code']) | indent(4) }}
)

{{ as_former_districts(
    'by_district', ['poverty_class', 'sex', 'age_group'], ['persons', 'persons_without_health_insurance']
) }}
