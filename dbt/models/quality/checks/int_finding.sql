with

files as (
    select * from {{ ref('stg_source_file') }}
),

checks as (
    select
        check_code,
        level,
        severity,
        {# It follows the address, and a detail may follow it: a small letter first and no full stop. #}
        lower(substr(meaning_vi, 1, 1)) || substr(meaning_vi, 2, length(meaning_vi) - 2) as meaning,
        action_vi as action
    from {{ source('reference', 'check_catalogue') }}
    where level is not null
),

form_columns as (
    select * from {{ ref('stg_form_column') }}
),

in_files as (
    select * from {{ ref('int_finding_in_file') }}
),

of_files as (
    select
        in_files.check_code,
        in_files.particular,
        checks.severity,
        checks.level,
        files.survey_year,
        files.commune_code,
        in_files.source_file_id,
        in_files.sheet,
        in_files.row_number,
        in_files.column_name,
        coalesce('Trang «' || {{ fold_text('in_files.sheet') }} || '», ', '')
        || coalesce('hàng ' || cast(in_files.row_number as {{ dbt.type_string() }}) || ', ', '')
        || 'mục «' || coalesce(form_columns.printed_header, in_files.column_name) || '»: '
        || checks.meaning
        || coalesce(' (' || in_files.detail || ')', '')
        || '. ' || checks.action as message,
        cast(null as {{ dbt.type_string() }}) as resolution
    from in_files
    {# A code without a row in the table breaks the contract of quality.finding instead of vanishing here. #}
    left join checks on in_files.check_code = checks.check_code
    inner join files on in_files.source_file_id = files.source_file_id
    left join form_columns
        on
            files.form = form_columns.form
            and in_files.role = form_columns.role
            and in_files.column_name = form_columns.field
),

of_ingestion as (
    select
        findings.check_code,
        findings.message as particular,
        findings.severity,
        findings.level,
        coalesce(findings.survey_year, files.survey_year) as survey_year,
        coalesce(findings.commune_code, files.commune_code) as commune_code,
        findings.source_file_id,
        findings.sheet,
        findings.row_number,
        findings.column_name,
        findings.message,
        findings.resolution
    from {{ source('raw', 'finding') }} as findings
    left join files on findings.source_file_id = files.source_file_id
),

of_communes as (
    select
        checks.check_code,
        cast(null as {{ dbt.type_string() }}) as particular,
        checks.severity,
        checks.level,
        communes.survey_year,
        communes.commune_code,
        cast(null as {{ dbt.type_string() }}) as source_file_id,
        cast(null as {{ dbt.type_string() }}) as sheet,
        cast(null as integer) as row_number,
        cast(null as {{ dbt.type_string() }}) as column_name,
        communes.commune_name || ' (' || communes.commune_code || '), năm '
        || cast(communes.survey_year as {{ dbt.type_string() }}) || ': '
        || checks.meaning || '. ' || checks.action as message,
        cast(null as {{ dbt.type_string() }}) as resolution
    from {{ ref('int_commune_year') }} as communes
    inner join checks on checks.check_code = 'no_accepted_file'
    where not communes.is_received
),

{# Of a commune of the harmonised date, whatever files it came in. #}
of_changes as (
    select
        checks.check_code,
        cast(null as {{ dbt.type_string() }}) as particular,
        checks.severity,
        checks.level,
        changes.survey_year,
        changes.commune_code,
        changes.source_file_id,
        cast(null as {{ dbt.type_string() }}) as sheet,
        cast(null as integer) as row_number,
        changes.column_name,
        changes.commune_name || ' (' || changes.commune_code || '), năm '
        || cast(changes.survey_year as {{ dbt.type_string() }})
        || ', mục «' || changes.column_name || '»: '
        || checks.meaning || ' (' || changes.detail || '). ' || checks.action as message,
        cast(null as {{ dbt.type_string() }}) as resolution
    from {{ ref('int_finding_commune_change') }} as changes
    inner join checks on changes.check_code = checks.check_code
),

findings as (
    select * from of_files
    union
    select * from of_changes
    union
    select * from of_ingestion
    union
    select * from of_communes
)

-- The sentence is no part of the id where it is ours: neither a better wording nor another number in it (the share of
-- all other communes changes with every file) makes an old finding a new one.
select
    md5(concat_ws(
        '|',
        findings.check_code,
        coalesce(findings.source_file_id, ''),
        coalesce(cast(findings.survey_year as {{ dbt.type_string() }}), ''),
        coalesce(findings.commune_code, ''),
        coalesce(findings.sheet, ''),
        coalesce(cast(findings.row_number as {{ dbt.type_string() }}), ''),
        coalesce(findings.column_name, ''),
        coalesce(findings.particular, '')
    )) as finding_id,
    findings.check_code,
    findings.severity,
    findings.level,
    findings.survey_year,
    findings.commune_code,
    findings.source_file_id,
    findings.sheet,
    findings.row_number,
    findings.column_name,
    findings.message,
    findings.resolution,
    coalesce(files.public_status, 'accepted') not in ('superseded', 'held') and findings.resolution is null as is_open
from findings
left join files on findings.source_file_id = files.source_file_id
