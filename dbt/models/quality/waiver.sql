with

covered as (
    select waiver_id, count(*) as findings_waived
    from {{ ref('int_finding_waived') }}
    group by waiver_id
)

select
    waivers.waiver_id,
    waivers.line_number,
    waivers.check_code,
    waivers.survey_year,
    waivers.commune_code,
    waivers.source_file_id,
    waivers.sheet,
    waivers.row_number,
    waivers.column_name,
    waivers.reason,
    waivers.decided_by,
    waivers.decision_number,
    waivers.decided_on,
    waivers.expires_on,
    waivers.status,
    waivers.problem,
    coalesce(covered.findings_waived, 0) as findings_waived
from {{ ref('stg_waiver') }} as waivers
left join covered on waivers.waiver_id = covered.waiver_id
