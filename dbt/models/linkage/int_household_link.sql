{# A table of its own between the two chains: Spark puts the first one in place of every reading by the second. #}
with

proposed as (
    select * from {{ ref('int_link_proposed') }}
),

kept as (
    select * from proposed
    where is_kept
),

{{ link_chains('chains', 'kept') }}

select
    records.source_file_id,
    records.row_number,
    records.record_number,
    records.survey_year,
    records.is_left_list,
    chains.chain_number as first_record_number,
    kept.earlier_record_number,
    earlier.source_file_id as earlier_source_file_id,
    earlier.row_number as earlier_row_number,
    earlier.survey_year as earlier_survey_year,
    coalesce(kept.pass, 'first_record') as pass,
    kept.score,
    coalesce(kept.candidates, 0) as candidates,
    coalesce(kept.grade, 'first_record') as link_grade,
    refused.earlier_record_number as refused_record_number,
    refused.pass as refused_pass,
    refused.score as refused_score
from {{ ref('int_identity_record') }} as records
inner join chains on records.record_number = chains.record_number
left join kept on records.record_number = kept.record_number
left join proposed as refused
    on
        records.record_number = refused.record_number
        and not refused.is_kept
left join {{ ref('int_identity_record') }} as earlier on kept.earlier_record_number = earlier.record_number
