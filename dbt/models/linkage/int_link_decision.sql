with

key_pads as (
    select inner_pad_hex, outer_pad_hex
    from {{ source('secrets', 'pseudonym_key') }}
),

records as (
    select * from {{ ref('int_identity_record') }}
),

{# The last decision about a record counts. #}
decisions as (
    select
        source_file_id,
        {{ parse_decision_number(fold_text('source_row')) }} as source_row,
        household_id,
        other_source_file_id,
        {{ parse_decision_number(fold_text('other_source_row')) }} as other_source_row
    from {{ source('decisions', 'links') }}
    where not is_broken
    qualify
        row_number() over (
            partition by source_file_id, source_row
            order by {{ parse_decision_date(fold_text('decided_on')) }} desc nulls last, line_number desc
        ) = 1
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
    where exists (select 1 from decisions)
)

select
    records.record_number,
    earlier.record_number as earlier_record_number,
    earlier.record_number as chain_number,
    records.survey_year,
    earlier.survey_year as earlier_survey_year,
    records.is_left_list,
    'decision' as pass,
    cast(null as double) as score,
    1 as candidates,
    true as is_linked
from decisions
inner join records
    on
        decisions.source_file_id = records.source_file_id
        and decisions.source_row = records.row_number
left join ids as earlier
    on
        records.survey_year > earlier.survey_year
        and (
            decisions.household_id = earlier.household_id
            or (
                decisions.other_source_file_id = earlier.source_file_id
                and decisions.other_source_row = earlier.row_number
            )
        )
where earlier.record_number is not null or decisions.household_id = 'new'
