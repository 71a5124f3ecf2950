with

lines as (
    select * from {{ ref('int_link_line') }}
),

{# Two rows of one year cannot be one household: the second of two decisions that say so is not kept. #}
dropped as (
    select record_number from {{ ref('int_link_proposed') }}
    where pass = 'decision' and not is_kept
),

judged as (
    select
        lines.*,
        coalesce(
            lines.refusal_reason,
            case
                when lines.is_in_force and dropped.record_number is not null
                    then 'trong năm đó hộ này đã được nối với hàng khác'
            end
        ) as why_refused
    from lines
    left join dropped on lines.record_number = dropped.record_number
)

select
    line_number,
    source_file_id,
    source_row,
    survey_year,
    commune_code,
    decided_on,
    case
        when why_refused is not null then 'refused'
        when is_in_force then 'applied'
        else 'replaced'
    end as status,
    'Dòng ' || cast(line_number as {{ dbt.type_string() }}) || ' của links.csv: ' || why_refused || '.' as refusal
from judged
