{{ config(meta={"kept_by": "survey_year"}) }}
with

by_commune as (
    {{ ethnicity_counts(ref('int_household_ethnicity'), ['survey_year', 'commune_code']) | indent(4) }}
)

{{ sum_to_areas('by_commune', ['poverty_class', 'ethnicity_code'], ['households', 'persons']) }}
