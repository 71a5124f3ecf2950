{{ config(meta={
    "kept_by": "survey_year",
    "reads_earlier_years": ["int_identity_record", "int_identity_person", "int_identity_name", "int_identity_chain"],
}) }}
{% set weights = [
    'number_same', 'number_other', 'name_same', 'name_similar', 'name_other', 'day_same', 'year_same', 'day_other',
    'year_other', 'sex_other', 'person', 'corroboration',
    'same_commune', 'other_commune', 'same_hamlet', 'other_hamlet', 'household', 'same_head', 'taken_in', 'unknown_head',
    'person_lost', 'person_new',
] -%}
with

weights as (
    {{ link_weights(weights) | indent(4) }}
),

records as (
    select * from {{ ref('int_identity_record') }}
),

persons as (
    select * from {{ ref('int_identity_person') }}
),

chains as (
    select * from {{ ref('int_identity_chain') }}
),

taken as (
    select distinct chain_number, survey_year, is_left_list
    from chains
),

wanted as (
    select persons.*
    from persons
    inner join chains on persons.record_number = chains.record_number
    where not chains.is_dealt_with and {{ in_parts('persons.survey_year') }}
),

by_number as (
    {{ identity_pairs_by('wanted', 'persons', ['citizen_id']) | indent(4) }}
),

by_name_and_day as (
    {{ identity_pairs_by('wanted', 'persons', ['name_number', 'birth_day']) | indent(4) }}
),

by_name_and_year as (
    {{ identity_pairs_by('wanted', 'persons', ['name_number', 'birth_year', 'harmonised_commune_code']) | indent(4) }}
),

candidates as (
    select * from by_number
    union
    select * from by_name_and_day
    union
    select * from by_name_and_year
),

{{ link_evidence('candidates') }},

{# Households that no code has found in the year. #}
described as (
    select
        evidence.*,
        earlier.chain_number,
        evidence.shared_persons > 0 and taken.chain_number is null as is_open,
        evidence.is_left_list
        or 2 * evidence.shared_persons >= greatest(evidence.persons, evidence.earlier_persons)
        or (evidence.has_same_head and 2 * evidence.shared_persons >= evidence.earlier_persons) as keeps_half,
        evidence.head_was_there or not evidence.head_is_still_there as keeps_its_head_or_heir
    from evidence
    inner join chains as earlier on evidence.earlier_record_number = earlier.record_number
    left join taken
        on
            earlier.chain_number = taken.chain_number
            and evidence.survey_year = taken.survey_year
            and evidence.is_left_list = taken.is_left_list
),

yearly as (
    select survey_year, log2(count(*)) as strangers
    from records
    group by survey_year
)

{# Two questions, each answered as log2 odds; the score is the weaker answer.
   Are they the same persons? Their weight and the place, against as many strangers as a year has records.
   Is it the same household, and not a person who left it for another? What became of the persons of both rows. #}
select
    described.*,
    least(
        described.weight
        + case
            when described.is_in_same_hamlet then weights.same_commune + weights.same_hamlet
            when described.is_in_same_commune then weights.same_commune + weights.other_hamlet
            else weights.other_commune
        end
        - yearly.strangers,
        weights.household
        + case
            when described.has_same_head then weights.same_head
            when not described.keeps_its_head_or_heir then weights.taken_in
            when described.head_was_there then 0
            else weights.unknown_head
        end
        + weights.person_lost
        * case when described.is_left_list then 0 else described.earlier_persons - described.shared_persons end
        + weights.person_new * (described.persons - described.shared_persons)
    ) as household_score
from described
inner join yearly on described.earlier_survey_year = yearly.survey_year
cross join weights
