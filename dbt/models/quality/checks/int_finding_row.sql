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
)

select * from household_findings
union all
select * from member_findings
