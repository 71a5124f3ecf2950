{{ config(meta={"kept_by": "survey_year"}) }}
with

by_commune as (
    {{ child_counts(ref('int_household_children'), ['survey_year', 'commune_code']) | indent(4) }}
)

{{ sum_to_areas('by_commune', ['poverty_class'], child_count_names()) }}
