with

held as (
    select survey_year, count(*) as held_files
    from {{ ref('stg_source_file') }}
    where public_status = 'held'
    group by survey_year
)

select
    closings.closing_number,
    closings.survey_year,
    closings.decision_number,
    cast(closings.decided_on as date) as decided_on,
    closings.signer,
    closings.closed_by,
    closings.closed_at,
    closings.release_id as closed_release_id,
    closings.reopened_at is null as is_closed,
    closings.reopened_by,
    closings.reopened_at,
    closings.reopen_reason,
    case when closings.reopened_at is null then coalesce(held.held_files, 0) end as held_files
from {{ source('decisions', 'closed_years') }} as closings
left join held on closings.survey_year = held.survey_year
