{{ config(meta={
    "kept_by": "survey_year",
    "reads_earlier_years": ["int_identity_record", "int_identity_person", "int_identity_name"],
}) }}
{% set weights = [
    'number_same', 'number_other', 'name_same', 'name_similar', 'name_other', 'day_same', 'year_same', 'day_other',
    'year_other', 'sex_other', 'person', 'corroboration',
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

asked as (
    select record_number, survey_year, previous_household_code as household_code, true as is_previous
    from records
    where previous_household_code is not null and {{ in_parts('survey_year') }}

    union all

    select record_number, survey_year, household_code, false as is_previous
    from records
    where {{ in_parts('survey_year') }}
),

{# Last year, unless last year's file of that commune is missing or the household was not listed. #}
found as (
    select
        asked.record_number,
        asked.survey_year,
        earlier.record_number as earlier_record_number,
        asked.is_previous
    from asked
    inner join records as earlier
        on
            asked.household_code = earlier.household_code
            and asked.survey_year > earlier.survey_year
    qualify rank() over (
        partition by asked.record_number, asked.is_previous
        order by earlier.survey_year desc
    ) = 1
),

candidates as (
    select
        record_number,
        survey_year,
        earlier_record_number,
        bool_or(is_previous) as has_previous_code,
        bool_or(not is_previous) as has_same_code
    from found
    group by record_number, survey_year, earlier_record_number
),

{{ link_evidence('candidates') }}

select
    candidates.*,
    evidence.earlier_survey_year,
    evidence.is_left_list,
    evidence.is_in_same_commune,
    evidence.is_in_same_hamlet,
    evidence.shared_persons,
    evidence.weight,
    evidence.best_weight,
    evidence.has_same_head,
    evidence.has_same_head_number
from candidates
left join evidence
    on
        candidates.record_number = evidence.record_number
        and candidates.earlier_record_number = evidence.earlier_record_number
