{# Why household rows of a relation are quarantined. Grain: one row and one reason. #}
{% macro household_row_problems(relation) -%}
with

households as (
    select source_file_id, row_number, household_code, recorded_class, area_class, has_recorded_class_label
    from {{ relation }}
),

repeated_codes as (
    select source_file_id, household_code
    from households
    where household_code is not null
    group by source_file_id, household_code
    having count(*) > 1
),

problems as (
    select source_file_id, row_number, 'household_code_missing' as check_code, 'household_code' as column_name
    from households
    where household_code is null

    union all

    select households.source_file_id, households.row_number, 'household_code_duplicate', 'household_code'
    from households
    inner join repeated_codes
        on
            households.source_file_id = repeated_codes.source_file_id
            and households.household_code = repeated_codes.household_code

    union all

    select
        source_file_id,
        row_number,
        case when has_recorded_class_label then 'class_label_unknown' else 'class_label_missing' end,
        'recorded_class'
    from households
    where recorded_class is null

    union all

    select source_file_id, row_number, 'area_class_missing', 'area_class'
    from households
    where area_class is null
)

select * from problems
{%- endmacro %}
