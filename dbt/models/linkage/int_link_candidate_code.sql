{# Pairs of a record and the last record before its year that had the code it states for last year, or its own code. #}
with

records as (
    select record_number, survey_year, household_code, previous_household_code
    from {{ ref('int_identity_record') }}
),

asked as (
    select record_number, survey_year, previous_household_code as household_code, true as is_previous
    from records
    where previous_household_code is not null

    union all

    select record_number, survey_year, household_code, false as is_previous
    from records
),

{# Last year, unless last year's file of that commune is missing or the household was not listed. #}
pairs as (
    select
        asked.record_number,
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
)

select
    record_number,
    earlier_record_number,
    bool_or(is_previous) as has_previous_code,
    bool_or(not is_previous) as has_same_code
from pairs
group by record_number, earlier_record_number
