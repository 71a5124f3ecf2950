{% set weights = identity_weights() -%}
{% set code_passes = ['int_link_01_previous_code', 'int_link_02_same_code'] -%}
{% set person_passes = ['int_link_03_head_number', 'int_link_04_members', 'int_link_05_head_name',
    'int_link_06_probabilistic'] -%}
with

links as (
    select * from {{ ref('int_household_link') }}
),

{# Rows that start a household, unless a person has decided that they do. #}
waiting as (
    select links.*
    from links
    left join {{ ref('int_link_00_decision') }} as decisions on links.record_number = decisions.record_number
    where links.pass = 'first_record' and decisions.record_number is null
),

found as (
    select distinct first_record_number, survey_year, is_left_list
    from links
),

stopped as (
    {% for pass in code_passes + person_passes -%}
    select record_number, pass
    from {{ ref(pass) }}
    where not is_linked
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

refused as (
    select record_number, earlier_record_number, pass, score
    from {{ ref('int_link_made') }}
    where not is_first_of_its_year
),

candidates as (
    select record_number, earlier_record_number, null as pass, household_score as score, 0 as place
    from {{ ref('int_link_scored') }}

    union all

    select record_number, earlier_record_number, null as pass, weight as score, 1 as place
    from {{ ref('int_link_evidence_code') }}

    union all

    select record_number, earlier_record_number, 'previous_code' as pass, null as score, 2 as place
    from {{ ref('int_link_candidate_code') }}
    where has_previous_code

    union all

    select record_number, earlier_record_number, pass, score, -1 as place
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
        candidates.place,
        coalesce(stopped.pass, candidates.pass, 'probabilistic') as pass,
        case
            when refused.record_number is not null then 'household_found_elsewhere'
            when stopped.record_number is not null then 'candidates_too_alike'
            when candidates.place = 2 then 'code_without_a_person'
            else 'below_threshold'
        end as reason
    from waiting
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
            candidates.place <> 0
            or stopped.record_number is not null
            or candidates.score >= {{ weights['review'] }}
        )
    qualify row_number() over (
        partition by waiting.record_number, earlier.first_record_number
        order by candidates.place asc, candidates.score desc, candidates.earlier_record_number desc
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
