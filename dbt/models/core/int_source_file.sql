with

files as (
    select * from {{ ref('stg_source_file') }}
),

ranked as (
    select
        source_file_id,
        row_number() over (
            partition by survey_year, commune_code
            order by submission_number desc, received_at asc, source_file_id asc
        ) as place
    from files
    where status = 'accepted'
)

select
    files.*,
    coalesce(ranked.place = 1, false) as is_in_force,
    case when ranked.place > 1 then 'superseded' else files.status end as public_status
from files
left join ranked on files.source_file_id = ranked.source_file_id
