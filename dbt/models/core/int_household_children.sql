{{ config(meta={"kept_by": "source_file_id"}) }}
with

children as (
    select
        source_file_id,
        household_row_number,
        count(*) as children
    from {{ ref('int_person') }}
    where age < {{ var('child_age_limit') }}
    group by source_file_id, household_row_number
)

select
    households.source_file_id,
    households.row_number,
    households.survey_year,
    households.commune_code,
    households.recorded_class as poverty_class,
    {% for indicator in indicators() -%}
    households.is_deprived_{{ indicator }},
    {% endfor -%}
    children.children
from {{ ref('int_household_classified') }} as households
inner join children
    on
        households.source_file_id = children.source_file_id
        and households.row_number = children.household_row_number
