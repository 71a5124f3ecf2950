{{ config(meta={"kept_by": "survey_year"}) }}
with

households as (
    select * from {{ ref('int_household_classified') }}
    where recorded_class <> 'left_list'
),

by_commune as (
    {{ class_counts('households', ['survey_year', 'commune_code']) | indent(4) }}
)

{{ sum_to_areas('by_commune', ['poverty_class'], class_count_names()) }}
