{{ config(meta={"kept_by": "survey_year"}) }}
with

by_commune as (
    {{ person_counts(ref('int_person'), ['survey_year', 'commune_code']) | indent(4) }}
)

{{ sum_to_areas('by_commune', ['poverty_class', 'sex', 'age_group'], ['persons', 'persons_without_health_insurance']) }}
