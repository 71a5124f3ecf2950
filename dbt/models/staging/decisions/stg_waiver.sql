{% set texts = ['check_code', 'survey_year', 'commune_code', 'source_file_id', 'sheet', 'row_number', 'column_name',
    'reason', 'decided_by', 'decided_on', 'expires_on'] -%}
with

folded as (
    select
        line_number,
        is_broken,
        {% for text in texts -%}
        {{ fold_text(text) }} as cell_{{ text }}{{ ',' if not loop.last }}
        {% endfor -%}
    from {{ source('decisions', 'waivers') }}
),

known_communes as (
    select distinct commune_code from {{ ref('administrative_units') }}
),

typed as (
    select
        folded.*,
        checks.check_code,
        checks.engine as check_engine,
        {{ parse_decision_number('folded.cell_survey_year') }} as survey_year,
        known_communes.commune_code,
        files.source_file_id,
        {{ parse_decision_number('folded.cell_row_number') }} as row_number,
        {{ parse_decision_date('folded.cell_decided_on') }} as decided_on,
        {{ parse_decision_date('folded.cell_expires_on') }} as expires_on,
        {{ has_long_number('folded.cell_reason') }} or {{ has_long_number('folded.cell_decided_by') }}
            as names_a_number,
        row_number() over (
            partition by {% for text in texts %}folded.cell_{{ text }}{{ ', ' if not loop.last }}{% endfor %}
            order by folded.line_number
        ) as occurrence
    from folded
    left join {{ ref('check_catalogue') }} as checks on folded.cell_check_code = checks.check_code
    left join known_communes on folded.cell_commune_code = known_communes.commune_code
    left join {{ ref('stg_source_file') }} as files
        on lower(folded.cell_source_file_id) in (files.source_file_id, files.sha256)
),

examined as (
    select
        *,
        case
            when is_broken then 'không đọc được dòng này; hãy kiểm tra dấu nháy kép'
            when check_code is null then 'mã kiểm tra trống hoặc không có trong danh mục'
            when check_engine <> 'ingestion' then 'kiểm tra này là của chính kho dữ liệu nên không thể miễn'
            when cell_survey_year is not null and survey_year is null then 'năm rà soát không phải là số'
            when cell_commune_code is not null and commune_code is null then 'mã xã không có trong danh mục'
            when cell_source_file_id is not null and source_file_id is null then 'tệp không có trong sổ tiếp nhận'
            when cell_row_number is not null and row_number is null then 'số hàng không phải là số'
            when cell_reason is null then 'thiếu lý do'
            when cell_decided_by is null then 'thiếu người quyết định'
            when names_a_number then 'lý do hoặc người quyết định có dãy số dài; hãy bỏ số định danh, số điện thoại'
            when decided_on is null then 'ngày quyết định trống hoặc không đọc được'
            when expires_on is null then 'ngày hết hạn trống hoặc không đọc được'
            when expires_on < decided_on then 'ngày hết hạn trước ngày quyết định'
        end as what_is_wrong
    from typed
)

select
    {{ decision_id('w-', prefixed('cell_', texts) + ['occurrence']) }} as waiver_id,
    line_number,
    check_code,
    survey_year,
    commune_code,
    source_file_id,
    cell_sheet as sheet,
    row_number,
    cell_column_name as column_name,
    case when not names_a_number then cell_reason end as reason,
    case when not names_a_number then cell_decided_by end as decided_by,
    decided_on,
    expires_on,
    case
        when what_is_wrong is not null then 'invalid'
        when expires_on < {{ build_date() }} then 'expired'
        else 'in_force'
    end as status,
    'Dòng ' || cast(line_number as {{ dbt.type_string() }}) || ' của waivers.csv: ' || what_is_wrong || '.' as problem
from examined
