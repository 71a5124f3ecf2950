with

files as (
    select * from {{ ref('stg_source_file') }}
),

problem_rows as (
    select distinct source_file_id, 'household' as role, row_number from {{ ref('int_household_row_problem') }}
    union all
    select distinct source_file_id, 'member' as role, row_number from {{ ref('int_member_row_problem') }}
),

quarantined as (
    select source_file_id, count(*) as quarantined_rows
    from problem_rows
    group by source_file_id
)

select
    files.source_file_id,
    files.sha256,
    files.bytes,
    files.received_at,
    files.form,
    files.survey_year,
    files.commune_code,
    files.submission_number,
    files.maturity,
    files.public_status as status,
    files.household_rows,
    files.member_rows,
    coalesce(quarantined.quarantined_rows, 0) as quarantined_rows,
    files.is_simulated
from files
left join quarantined on files.source_file_id = quarantined.source_file_id
