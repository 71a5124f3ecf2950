{# The life of every finding. Times that only publication knows are null here; it fills them in (finding_ledger.py). #}
with

found as (
    select * from {{ ref('int_finding') }}
),

before as (
    select * from {{ source('ledger', 'finding') }}
),

waived as (
    select * from {{ ref('int_finding_waived') }}
    where is_named
),

files as (
    select * from {{ ref('stg_source_file') }}
),

gone as (
    select before.*
    from before
    left join found on before.finding_id = found.finding_id
    where found.finding_id is null
),

{# The correction nearest to a finding that is gone: of its row, or of its file where a check compares several rows. #}
corrected as (
    select
        gone.finding_id,
        corrections.correction_id,
        corrections.decided_by,
        row_number() over (
            partition by gone.finding_id
            order by
                coalesce(gone.row_number = corrections.row_number, false) desc,
                coalesce(gone.column_name = corrections.column_name, false) desc,
                corrections.decided_on desc,
                corrections.correction_id asc
        ) as correction_rank
    from gone
    inner join {{ ref('stg_correction') }} as corrections
        on
            corrections.status = 'applied'
            and gone.source_file_id = corrections.source_file_id
            and (
                gone.row_number is null
                or gone.level = 'consistency'
                or (gone.row_number = corrections.row_number and gone.sheet = corrections.sheet)
            )
),

explained as (
    select
        found.finding_id,
        case
            when not found.is_open then 'resolved'
            when waived.finding_id is null then 'open'
            else 'waived'
        end as status,
        case
            when found.is_open then waived.reason
            when files.public_status = 'held' then 'tệp được giữ lại vì năm rà soát đã chốt'
            else coalesce(found.resolution, 'đã có tệp thay thế')
        end as response,
        case
            when found.is_open then waived.decided_by
            when files.public_status not in ('withdrawn', 'erased', 'held') then 'commune'
        end as responded_by,
        waived.waiver_id
    from found
    left join waived on found.finding_id = waived.finding_id
    left join files on found.source_file_id = files.source_file_id

    union all

    select
        gone.finding_id,
        'resolved' as status,
        case
            when corrected.correction_id is not null then 'đã sửa theo quyết định ' || corrected.correction_id
            when files.public_status = 'superseded' then 'đã có tệp thay thế'
            when files.public_status in ('withdrawn', 'erased') then 'tệp đã được rút lại'
            when files.public_status = 'held' then 'tệp được giữ lại vì năm rà soát đã chốt'
            when gone.level = 'completeness' then 'đã có tệp được chấp nhận'
            else 'kiểm tra không còn thấy vấn đề này'
        end as response,
        case
            when corrected.correction_id is not null then corrected.decided_by
            when files.public_status = 'superseded' or gone.level = 'completeness' then 'commune'
        end as responded_by,
        cast(null as {{ dbt.type_string() }}) as waiver_id
    from gone
    left join corrected on gone.finding_id = corrected.finding_id and corrected.correction_rank = 1
    left join files on gone.source_file_id = files.source_file_id
),

findings as (
    {% for relation in ['found', 'gone'] -%}
    select
        finding_id, check_code, severity, level, survey_year, commune_code, source_file_id, sheet, row_number,
        column_name, message
    from {{ relation }}
    {{ 'union all' if not loop.last }}
    {% endfor -%}
)

{# What a release said about how a finding was resolved stays said. #}
select
    findings.*,
    explained.status = 'open' as is_open,
    explained.status,
    before.first_seen_at,
    case when explained.status = 'resolved' then before.last_seen_at end as last_seen_at,
    case when explained.status = 'resolved' and before.status = 'resolved' then before.resolved_at end as resolved_at,
    case
        when explained.status = 'resolved' and before.status = 'resolved' then before.response
        else explained.response
    end as response,
    case
        when explained.status = 'resolved' and before.status = 'resolved' then before.responded_by
        else explained.responded_by
    end as responded_by,
    explained.waiver_id
from findings
inner join explained on findings.finding_id = explained.finding_id
left join before on findings.finding_id = before.finding_id
