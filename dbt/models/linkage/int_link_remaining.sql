{# The evidence on records that no code links and households that no code has found in that year. #}
with

evidence as (
    select * from {{ ref('int_link_evidence_person') }}
    where shared_persons > 0
),

chains as (
    select * from {{ ref('int_identity_chain') }}
)

select
    evidence.*,
    earlier.chain_number,
    evidence.is_left_list
    or 2 * evidence.shared_persons >= greatest(evidence.persons, evidence.earlier_persons)
    or (evidence.has_same_head and 2 * evidence.shared_persons >= evidence.earlier_persons) as keeps_half,
    evidence.head_was_there or not evidence.head_is_still_there as keeps_its_head_or_heir
from evidence
inner join chains as earlier on evidence.earlier_record_number = earlier.record_number
left join chains as taken
    on
        earlier.chain_number = taken.chain_number
        and evidence.survey_year = taken.survey_year
        and evidence.is_left_list = taken.is_left_list
where taken.record_number is null
