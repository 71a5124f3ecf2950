with

key_pads as (
    select inner_pad_hex, outer_pad_hex
    from {{ source('secrets', 'pseudonym_key') }}
),

records as (
    select * from {{ ref('int_identity_record') }}
),

lines as (
    select
        line_number,
        is_broken,
        lower(source_file_id) as code,
        {{ parse_decision_number(fold_text('source_row')) }} as source_row,
        lower(household_id) as household_id,
        lower(other_source_file_id) as other_code,
        {{ parse_decision_number(fold_text('other_source_row')) }} as other_source_row,
        {{ parse_decision_date(fold_text('decided_on')) }} as decided_on,
        held_through
    from {{ source('decisions', 'links') }}
),

codes as (
    select code from lines
    union
    select other_code from lines
),

named as (
    {{ files_named('codes') | indent(4) }}
),

placed as (
    select
        lines.*,
        named.source_file_id,
        records.record_number,
        records.survey_year,
        records.commune_code,
        records.is_left_list,
        other_named.source_file_id as other_source_file_id,
        coalesce(lines.household_id = 'new', false) as is_new,
        lines.household_id is not null or lines.other_code is not null as has_target
    from lines
    left join named on lines.code = named.code
    left join named as other_named on lines.other_code = other_named.code
    left join records
        on
            named.source_file_id = records.source_file_id
            and lines.source_row = records.row_number
),

ids as (
    select
        records.record_number,
        records.survey_year,
        records.source_file_id,
        records.row_number,
        {{ hmac_sha256(identity_record_name('records'), 'key_pads.inner_pad_hex', 'key_pads.outer_pad_hex') }}
            as household_id
    from records
    cross join key_pads
    where exists (select 1 from lines)
),

{# Eight characters of an id are enough where one household has them. #}
targets as (
    select
        placed.line_number,
        min(ids.record_number) as record_number,
        count(distinct ids.household_id) as households,
        min(ids.survey_year) as survey_year
    from placed
    inner join ids
        on
            placed.household_id = ids.household_id
            or (
                length(placed.household_id) >= 8
                and substring(ids.household_id, 1, length(placed.household_id)) = placed.household_id
            )
            or (
                placed.household_id is null
                and placed.other_source_file_id = ids.source_file_id
                and placed.other_source_row = ids.row_number
            )
    group by placed.line_number
),

judged as (
    select
        placed.line_number,
        placed.source_file_id,
        placed.source_row,
        placed.record_number,
        placed.survey_year,
        placed.commune_code,
        placed.is_left_list,
        placed.decided_on,
        case when not placed.is_new then targets.record_number end as earlier_record_number,
        case when not placed.is_new then targets.survey_year end as earlier_survey_year,
        case
            when placed.is_broken then 'không đọc được thành các ô (dấu ngoặc kép hoặc tên cột)'
            when placed.source_file_id is null
                then 'tệp không có trong sổ tiếp nhận, hoặc mã ngắn là của nhiều tệp'
            when placed.record_number is null then 'hàng này không có hộ nào được tính, hoặc tệp không còn hiệu lực'
            when placed.survey_year <= placed.held_through
                then 'năm rà soát đã chốt; dòng này được giữ lại đến khi năm được mở lại'
            when not placed.has_target then 'thiếu household_id và hàng kia; hãy điền một trong hai'
            when placed.is_new then null
            when targets.record_number is null then 'không có hộ hoặc hàng kia như đã ghi'
            when targets.households > 1 then 'mã hộ ngắn là của nhiều hộ; hãy ghi mã dài hơn'
            when targets.survey_year >= placed.survey_year then 'hàng kia phải thuộc năm trước'
        end as refusal_reason
    from placed
    left join targets on placed.line_number = targets.line_number
)

{# The last decision about a record counts. #}
select
    *,
    row_number() over (
        partition by record_number, refusal_reason is null
        order by decided_on desc nulls last, line_number desc
    ) = 1 and refusal_reason is null as is_in_force
from judged
