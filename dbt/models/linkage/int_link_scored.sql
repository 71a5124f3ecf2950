{% set weights = identity_weights() -%}
{# Two questions, each answered as log2 odds; the score is the weaker answer.
   Are they the same persons? Their weight and the place, against as many strangers as a year has records.
   Is it the same household, and not a person who left it for another? What became of the persons of both rows. #}
with

yearly as (
    select survey_year, log2(count(*)) as strangers
    from {{ ref('int_identity_record') }}
    group by survey_year
)

select
    remaining.*,
    least(
        remaining.weight
        + case
            when remaining.is_in_same_hamlet then {{ weights['same_commune'] + weights['same_hamlet'] }}
            when remaining.is_in_same_commune then {{ weights['same_commune'] + weights['other_hamlet'] }}
            else {{ weights['other_commune'] }}
        end
        - yearly.strangers,
        {{ weights['household'] }}
        + case
            when remaining.has_same_head then {{ weights['same_head'] }}
            when not remaining.keeps_its_head_or_heir then {{ weights['taken_in'] }}
            when remaining.head_was_there then 0
            else {{ weights['unknown_head'] }}
        end
        + {{ weights['person_lost'] }}
        * case when remaining.is_left_list then 0 else remaining.earlier_persons - remaining.shared_persons end
        + {{ weights['person_new'] }} * (remaining.persons - remaining.shared_persons)
    ) as household_score
from {{ ref('int_link_remaining') }} as remaining
inner join yearly on remaining.earlier_survey_year = yearly.survey_year
