with

findings as (
    select * from {{ ref('int_finding') }}
    where is_open
),

waivers as (
    select * from {{ ref('stg_waiver') }}
    where status = 'in_force'
)

select
    findings.finding_id,
    waivers.waiver_id,
    waivers.reason,
    waivers.decided_by,
    row_number() over (partition by findings.finding_id order by waivers.expires_on desc, waivers.waiver_id asc)
        = 1 as is_named
from findings
inner join waivers
    on
        findings.check_code = waivers.check_code
        and (waivers.survey_year is null or findings.survey_year = waivers.survey_year)
        and (waivers.commune_code is null or findings.commune_code = waivers.commune_code)
        and (waivers.source_file_id is null or findings.source_file_id = waivers.source_file_id)
        and (waivers.sheet is null or lower({{ fold_text('findings.sheet') }}) = lower(waivers.sheet))
        and (waivers.row_number is null or findings.row_number = waivers.row_number)
        and (waivers.column_name is null or lower(findings.column_name) = lower(waivers.column_name))
