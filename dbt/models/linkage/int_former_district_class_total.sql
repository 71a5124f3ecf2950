with

placed as (
    select
        counted.*,
        households.district_code
    from {{ ref('int_household_classified') }} as counted
    inner join {{ ref('int_household_year') }} as households
        on
            counted.source_file_id = households.source_file_id
            and counted.row_number = households.source_row
    where households.is_district_over and households.district_code is not null and counted.recorded_class <> 'left_list'
),

by_district as (
    {{ class_counts('placed', ['survey_year', 'district_code']) | indent(4) }}
)

{{ as_former_districts('by_district', ['poverty_class'], class_count_names()) }}
