{% set texts = ['check_code', 'survey_year', 'commune_code', 'source_file_id', 'sheet', 'row_number', 'column_name',
    'reason', 'decided_by', 'decided_on', 'expires_on', 'decision_number'] -%}
{# What names a waiver: published columns only, for a hash of a withheld text could be turned back. #}
{% set scope = ['check_code', 'survey_year', 'commune_code', 'source_file_id', 'sheet', 'row_number', 'column_name',
    'decided_on', 'expires_on'] -%}
with

folded as (
    select
        line_number,
        is_broken,
        text_problem,
        {% for text in texts -%}
        {{ fold_text(text) }} as cell_{{ text }}{{ ',' if not loop.last }}
        {% endfor -%}
    from {{ source('decisions', 'waivers') }}
),

codes as (
    select distinct lower(cell_source_file_id) as code from folded
),

files as (
    {{ files_named('codes') | indent(4) }}
),

known_communes as (
    select distinct commune_code from {{ source('reference', 'administrative_units') }}
),

{# What findings name: fields of forms, and figures of a commune. #}
known_columns as (
    select distinct field as column_name from {{ source('reference', 'fields') }}
    union
    select 'printed_row_number'
    union
    select 'poor_rate'
),

known_sheets as (
    select distinct {{ text_key('sheet') }} as sheet_key from {{ source('reference', 'forms') }}
),

typed as (
    select
        folded.*,
        {# Free text would be published as it stands: a sheet of a form, our name or the letter of a column. #}
        case when known_sheets.sheet_key is not null then folded.cell_sheet end as sheet,
        coalesce(
            known_columns.column_name,
            case when {{ matches('folded.cell_column_name', '[A-Z]{1,2}') }} then folded.cell_column_name end
        ) as column_name,
        checks.check_code,
        checks.level as check_level,
        {{ parse_decision_number('folded.cell_survey_year') }} as survey_year,
        known_communes.commune_code,
        files.source_file_id,
        {{ parse_decision_number('folded.cell_row_number') }} as row_number,
        {{ parse_decision_date('folded.cell_decided_on') }} as decided_on,
        {{ parse_decision_date('folded.cell_expires_on') }} as expires_on
    from folded
    left join {{ source('reference', 'check_catalogue') }} as checks
        on lower(folded.cell_check_code) = checks.check_code
    left join known_communes on folded.cell_commune_code = known_communes.commune_code
    left join known_sheets on {{ text_key('folded.cell_sheet') }} = known_sheets.sheet_key
    left join known_columns on lower(folded.cell_column_name) = known_columns.column_name
    left join files on lower(folded.cell_source_file_id) = files.code
),

examined as (
    select
        *,
        row_number() over (partition by {{ scope | join(', ') }} order by line_number) as occurrence,
        case
            when is_broken then 'không đọc được dòng này; hãy kiểm tra dấu nháy kép và dòng tên cột ở đầu tệp'
            when check_code is null then 'mã kiểm tra trống hoặc không có trong danh mục'
            {# It makes no finding that anybody could accept; an error of it keeps the release. #}
            when check_level is null then 'kiểm tra này là của chính kho dữ liệu nên không thể miễn'
            when cell_survey_year is not null and survey_year is null then 'năm rà soát không phải là số'
            when cell_commune_code is not null and commune_code is null then 'mã xã không có trong danh mục'
            when cell_source_file_id is not null and source_file_id is null
                then 'tệp không có trong sổ tiếp nhận, hoặc mã ngắn là của nhiều tệp'
            when cell_sheet is not null and sheet is null then 'trang không có trong mẫu nào'
            when cell_column_name is not null and column_name is null
                then 'cột phải là tên trường hoặc chữ cái của cột, như trong danh sách phát hiện'
            when cell_row_number is not null and row_number is null then 'số hàng không phải là số'
            when text_problem is not null then text_problem
            when cell_reason is null then 'thiếu lý do'
            when cell_decided_by is null then 'thiếu người quyết định'
            when decided_on is null then 'ngày quyết định trống, không đọc được hoặc trước năm 2021'
            when expires_on is null then 'ngày hết hạn trống, không đọc được hoặc trước năm 2021'
            when expires_on < decided_on then 'ngày hết hạn trước ngày quyết định'
        end as refusal_reason
    from typed
)

select
    {{ decision_id('w-', scope + ['occurrence']) }} as waiver_id,
    line_number,
    check_code,
    survey_year,
    commune_code,
    source_file_id,
    sheet,
    row_number,
    column_name,
    cell_reason as reason,
    cell_decided_by as decided_by,
    cell_decision_number as decision_number,
    decided_on,
    expires_on,
    case
        when refusal_reason is not null then 'invalid'
        when expires_on < {{ build_date() }} then 'expired'
        else 'in_force'
    end as status,
    'Dòng ' || cast(line_number as {{ dbt.type_string() }}) || ' của waivers.csv: ' || refusal_reason || '.' as problem
from examined
