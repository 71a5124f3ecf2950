with

files as (
    select
        *,
        {{ submission_rank() | indent(8) }} as submission_rank
    from {{ source('raw', 'source_file') }}
),

simulated as (
    select distinct
        source_file_id,
        extraction_id
    from {{ source('raw', 'cover') }}
    where value like '%{{ var("simulated_mark") }}%'
)

select
    files.source_file_id,
    files.sha256,
    files.bytes,
    files.received_at,
    files.form,
    files.survey_year,
    files.commune_code,
    cast(files.commune_valid_from as date) as commune_valid_from,
    files.submission_number,
    files.maturity,
    files.status,
    files.household_rows,
    files.member_rows,
    case when files.status = 'accepted' then simulated.source_file_id is not null end as is_simulated,
    files.extraction_id,
    files.status = 'accepted' and files.submission_rank = 1 and not files.is_held as is_in_force,
    case
        when files.is_held then 'held'
        when files.status = 'accepted' and files.submission_rank > 1 then 'superseded'
        else files.status
    end as public_status,
    files.is_held and files.submission_rank = 1 as is_first_held
from files
left join simulated
    on files.source_file_id = simulated.source_file_id and files.extraction_id = simulated.extraction_id
