{# Every record with the first record of its household, and the link to the record before. #}
with recursive

made as (
    select * from {{ ref('int_link_made') }}
    where is_first_of_its_year
),

{{ identity_chains('chains', 'made') }}

select
    records.source_file_id,
    records.row_number,
    records.record_number,
    records.survey_year,
    records.is_left_list,
    chains.chain_number as first_record_number,
    made.earlier_record_number,
    earlier.source_file_id as earlier_source_file_id,
    earlier.row_number as earlier_row_number,
    earlier.survey_year as earlier_survey_year,
    coalesce(made.pass, 'first_record') as pass,
    made.score,
    coalesce(made.candidates, 0) as candidates,
    case
        when made.pass is null then 'first_record'
        when made.pass in ('decision', 'previous_code', 'same_code', 'head_number') then 'certain'
        when made.pass in ('members', 'head_name') then 'strong'
        else 'probable'
    end as link_grade
from {{ ref('int_identity_record') }} as records
inner join chains on records.record_number = chains.record_number
left join made on records.record_number = made.record_number
left join {{ ref('int_identity_record') }} as earlier on made.earlier_record_number = earlier.record_number
