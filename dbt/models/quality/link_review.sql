with

weights as (
    {{ link_weights(['review']) | indent(4) }}
),

links as (
    select * from {{ ref('int_household_link') }}
),

{# Rows that start a household, unless a person has decided that they do. #}
waiting as (
    select links.*
    from links
    left join {{ ref('int_link_decision') }} as decisions on links.record_number = decisions.record_number
    where links.pass = 'first_record' and decisions.record_number is null
),

found as (
    select distinct first_record_number, survey_year, is_left_list
    from links
),

stopped as (
    select record_number, pass
    from {{ ref('int_link_by_code') }}
    where not is_linked

    union all

    select record_number, pass
    from {{ ref('int_link_by_person') }}
    where not is_linked
),

refused as (
    select
        record_number,
        refused_record_number as earlier_record_number,
        refused_pass as pass,
        refused_score as score
    from links
    where refused_pass is not null
),

candidates as (
    select record_number, earlier_record_number, null as pass, household_score as score, 0 as source_rank
    from {{ ref('int_link_pair_person') }}
    where is_open

    union all

    select record_number, earlier_record_number, null as pass, weight as score, 1 as source_rank
    from {{ ref('int_link_pair_code') }}
    where best_weight is not null

    union all

    select record_number, earlier_record_number, 'previous_code' as pass, null as score, 2 as source_rank
    from {{ ref('int_link_pair_code') }}
    where has_previous_code

    union all

    select record_number, earlier_record_number, pass, score, -1 as source_rank
    from refused
),

judged as (
    select
        waiting.record_number,
        waiting.source_file_id,
        waiting.row_number,
        waiting.survey_year,
        earlier.first_record_number as candidate_number,
        earlier.source_file_id as candidate_source_file_id,
        earlier.row_number as candidate_row_number,
        earlier.survey_year as candidate_survey_year,
        candidates.score,
        candidates.source_rank,
        coalesce(stopped.pass, candidates.pass, 'probabilistic') as pass,
        case
            when refused.record_number is not null then 'household_found_elsewhere'
            when stopped.record_number is not null then 'candidates_too_alike'
            when candidates.source_rank = 2 then 'code_without_a_person'
            else 'below_threshold'
        end as reason
    from waiting
    cross join weights
    inner join candidates on waiting.record_number = candidates.record_number
    inner join links as earlier on candidates.earlier_record_number = earlier.record_number
    left join stopped on waiting.record_number = stopped.record_number
    left join refused on waiting.record_number = refused.record_number
    left join found
        on
            earlier.first_record_number = found.first_record_number
            and waiting.survey_year = found.survey_year
            and waiting.is_left_list = found.is_left_list
    where
        (found.first_record_number is null or refused.record_number is not null)
        and (
            candidates.source_rank <> 0
            or stopped.record_number is not null
            or candidates.score >= weights.review
        )
    qualify row_number() over (
        partition by waiting.record_number, earlier.first_record_number
        order by candidates.source_rank asc, candidates.score desc, candidates.earlier_record_number desc
    ) = 1
),

ids as (
    select source_file_id, row_number, household_id
    from {{ ref('int_household_identity') }}
)

select
    judged.source_file_id,
    cast(judged.row_number as integer) as source_row,
    candidate_ids.household_id as candidate_household_id,
    cast(judged.survey_year as integer) as survey_year,
    ids.household_id,
    judged.candidate_source_file_id,
    cast(judged.candidate_row_number as integer) as candidate_source_row,
    cast(judged.candidate_survey_year as integer) as candidate_survey_year,
    judged.pass,
    judged.reason,
    cast(judged.score as double) as score,
    cast(count(*) over (partition by judged.record_number) as integer) as candidates
from judged
inner join ids
    on
        judged.source_file_id = ids.source_file_id
        and judged.row_number = ids.row_number
inner join ids as candidate_ids
    on
        judged.candidate_source_file_id = candidate_ids.source_file_id
        and judged.candidate_row_number = candidate_ids.row_number
