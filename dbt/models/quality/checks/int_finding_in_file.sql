{{ config(meta={"kept_by": "source_file_id"}) }}
with

household_findings as (
    select
        problems.source_file_id,
        'household' as role,
        households.sheet,
        problems.row_number,
        problems.column_name,
        problems.check_code
    from {{ ref('int_household_row_problem') }} as problems
    inner join {{ ref('stg_household') }} as households
        on
            problems.source_file_id = households.source_file_id
            and problems.row_number = households.row_number
),

member_findings as (
    select
        problems.source_file_id,
        'member' as role,
        members.sheet,
        problems.row_number,
        problems.column_name,
        problems.check_code
    from {{ ref('int_member_row_problem') }} as problems
    inner join {{ ref('stg_member') }} as members
        on
            problems.source_file_id = members.source_file_id
            and problems.row_number = members.row_number
),

in_files as (
    select source_file_id, role, sheet, row_number, column_name, check_code, null as detail, null as particular
    from household_findings
    union all
    select source_file_id, role, sheet, row_number, column_name, check_code, null as detail, null as particular
    from member_findings
    union all
    select source_file_id, role, sheet, row_number, column_name, check_code, null as detail, null as particular
    from {{ ref('int_finding_value') }}
    union all
    select source_file_id, role, sheet, row_number, column_name, check_code, null as detail, null as particular
    from {{ ref('int_finding_consistency') }}
    union all
    {# A household without a row has no cell address of its own to be known by. #}
    select source_file_id, role, sheet, row_number, column_name, check_code, detail, detail as particular
    from {{ ref('int_finding_missing_household') }}
    union all
    select source_file_id, role, sheet, row_number, column_name, check_code, detail, null as particular
    from {{ ref('int_finding_movement') }}
    union all
    select source_file_id, role, sheet, row_number, column_name, check_code, detail, null as particular
    from {{ ref('int_finding_person_change') }}
    union all
    select source_file_id, role, sheet, row_number, column_name, check_code, detail, null as particular
    from {{ ref('int_finding_person_twice') }}
    union all
    select source_file_id, role, sheet, row_number, column_name, check_code, detail, null as particular
    from {{ ref('int_finding_score_heap') }}
    union all
    select source_file_id, role, sheet, row_number, column_name, check_code, detail, null as particular
    from {{ ref('int_finding_income_digit') }}
    union all
    select source_file_id, role, sheet, row_number, column_name, check_code, detail, null as particular
    from {{ ref('int_finding_identical_block') }}
)

select
    source_file_id,
    role,
    sheet,
    row_number,
    column_name,
    check_code,
    cast(detail as {{ dbt.type_string() }}) as detail,
    cast(particular as {{ dbt.type_string() }}) as particular
from in_files
