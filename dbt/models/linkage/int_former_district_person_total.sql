with

placed as (
    select
        counted.*,
        households.district_code
    from {{ ref('int_person') }} as counted
    inner join {{ ref('int_household_year') }} as households
        on
            counted.source_file_id = households.source_file_id
            and counted.household_row_number = households.source_row
    where households.is_district_over and households.district_code is not null
),

by_district as (
    {{ person_counts('placed', ['survey_year', 'district_code']) | indent(4) }}
)

{{ as_former_districts(
    'by_district', ['poverty_class', 'sex', 'age_group'], ['persons', 'persons_without_health_insurance']
) }}
