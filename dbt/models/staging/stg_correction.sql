{# Which corrections are applied. One is refused as a whole or applied as a whole; a refusal names no value. #}
{% set dates = form_fields('household', 'date_or_year') + form_fields('member', 'date_or_year') -%}
{% set numbers = form_fields('household', 'integer') + form_fields('household', 'decimal')
    + form_fields('member', 'integer') -%}
with

lines as (
    select * from {{ ref('stg_correction_line') }}
),

addresses as (
    select line_number, source_file_id, role, row_number, column_name
    from lines
    where source_file_id is not null and role is not null and row_number is not null and column_name is not null
),

cells as (
    {% for role in ['household', 'member', 'total'] -%}
    {{ cells_at(role, 'addresses') | indent(4) }}
    {{ 'union all' if not loop.last }}
    {% endfor -%}
),

compared as (
    select
        lines.line_number,
        lines.is_broken,
        lines.source_file_id,
        lines.survey_year,
        lines.commune_code,
        lines.file_status,
        lines.role,
        {# As the file has it: findings and traces name it so. #}
        coalesce(cells.sheet, lines.sheet) as sheet,
        lines.row_number,
        lines.candidates,
        lines.column_name,
        lines.new_value,
        lines.reason,
        lines.decided_by,
        lines.decision_number,
        lines.text_problem,
        lines.is_held,
        lines.decided_on,
        lines.place_id,
        cells.line_number is not null as is_found,
        coalesce(lines.old_value is not distinct from cells.cell, false)
        or coalesce(
            lines.column_name in (
                {% for date in dates -%}
                '{{ date }}'{{ ',' if not loop.last }}
                {% endfor -%}
            )
            and {{ parse_date('lines.old_value') }} = {{ parse_date('cells.cell') }}, false
        )
        or coalesce(
            (
                lines.role = 'total'
                or lines.column_name in (
                    {% for number in numbers -%}
                    '{{ number }}'{{ ',' if not loop.last }}
                    {% endfor -%}
                )
            )
            and {{ parse_decimal('lines.old_value') }} = {{ parse_decimal('cells.cell') }}, false
        ) as is_old_value
    from lines
    left join cells on lines.line_number = cells.line_number
),

examined as (
    select
        *,
        case
            when is_broken then 'không đọc được dòng này; hãy kiểm tra dấu nháy kép và dòng tên cột ở đầu tệp'
            when source_file_id is null
                then 'tệp không có trong sổ tiếp nhận, hoặc mã ngắn là của nhiều tệp'
            when file_status = 'superseded' then 'tệp đã có tệp thay thế; hãy sửa trên tệp đang có hiệu lực'
            when file_status in ('withdrawn', 'erased') then 'tệp đã được rút lại nên không có số liệu để sửa'
            when file_status = 'rejected' then 'tệp đã bị từ chối nên không có số liệu để sửa'
            when role is null then 'trang không có trong mẫu của tệp hoặc không phải trang số liệu'
            when candidates > 1 then 'tên cột là của nhiều cột; hãy ghi kèm tiêu đề nhóm hoặc dùng tên trường'
            when column_name is null then 'cột không có trong mẫu của trang'
            when row_number is null then 'số hàng trống hoặc không phải là số'
            when not is_found then 'hàng không có trong trang, hoặc không phải hàng của cột này'
            when text_problem is not null then text_problem
            when reason is null then 'thiếu lý do'
            when decided_by is null then 'thiếu người quyết định'
            when decided_on is null then 'ngày quyết định trống, không đọc được hoặc trước năm 2021'
            when not is_old_value then 'giá trị cũ không khớp với ô của tệp'
        end as refusal_reason
    from compared
),

judged as (
    select
        *,
        refusal_reason is null as is_valid,
        coalesce('=' || new_value, '') as wanted
    from examined
),

{# A cell has one new value: of several that differ none is taken, of equal ones the first. What a closed year holds
   does not touch what it counts. #}
ranked as (
    select
        *,
        row_number() over (
            partition by source_file_id, role, row_number, column_name, is_valid, is_held
            order by line_number
        ) as line_rank,
        min(wanted) over (partition by source_file_id, role, row_number, column_name, is_valid, is_held)
        <> max(wanted) over (partition by source_file_id, role, row_number, column_name, is_valid, is_held)
            as is_contested,
        row_number() over (partition by place_id order by line_number) as occurrence
    from judged
),

decided as (
    select
        *,
        case
            when refusal_reason is not null then refusal_reason
            when is_contested then 'ô này có nhiều giá trị mới khác nhau; hãy giữ một dòng'
            when line_rank > 1 then 'ô này đã được sửa như vậy ở dòng trước'
            when is_held then 'năm rà soát đã chốt; dòng này được giữ lại đến khi năm được mở lại'
        end as why_refused
    from ranked
)

select
    place_id || case when occurrence > 1 then '-' || cast(occurrence as {{ dbt.type_string() }}) else '' end
        as correction_id,
    line_number,
    source_file_id,
    role,
    sheet,
    row_number,
    column_name,
    survey_year,
    commune_code,
    new_value,
    reason,
    decided_by,
    decision_number,
    decided_on,
    case when why_refused is null then 'applied' else 'refused' end as status,
    is_held and is_valid and not is_contested and line_rank = 1 as is_held,
    'Dòng ' || cast(line_number as {{ dbt.type_string() }}) || ' của corrections.csv: ' || why_refused || '.' as refusal
from decided
