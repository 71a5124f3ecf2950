{{ config(meta={"kept_by": "survey_year"}) }}
with

spellings as (
    select survey_year, head_name as spelling from {{ ref('stg_household') }}
    union
    select survey_year, full_name as spelling from {{ ref('stg_member') }}
),

keyed as (
    select
        survey_year,
        spelling,
        {{ text_key('spelling') }} as name_key
    from spellings
    where spelling is not null
)

select
    survey_year,
    spelling,
    name_key,
    split_part(name_key, ' ', 1) as first_word,
    split_part(name_key, ' ', -1) as last_word,
    {# The same number in every build. Test name_has_its_own_number refuses two names of one number. #}
    {{ number_of_text('name_key') }} as name_number
from keyed
