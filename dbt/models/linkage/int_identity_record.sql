{{ config(meta={"kept_by": "source_file_id"}) }}
with

loaded as (
    select
        source_file_id,
        row_number,
        survey_year,
        commune_code,
        household_code,
        previous_household_code,
        recorded_class = 'left_list' as is_left_list,
        exit_reason,
        movement
    from {{ ref('int_household_classified') }}
),

personal as (
    select
        source_file_id,
        row_number,
        head_name,
        head_citizen_id,
        head_birth_date,
        head_birth_year,
        head_sex,
        hamlet
    from {{ ref('stg_household') }}
),

names as (
    select survey_year, spelling, name_number
    from {{ ref('int_identity_name') }}
),

spelt_hamlets as (
    select distinct hamlet from personal
    where hamlet is not null
),

hamlets as (
    select hamlet, {{ text_key('hamlet') }} as hamlet_key
    from spelt_hamlets
),

communes as (
    select survey_year, commune_code, harmonised_commune_code
    from {{ ref('int_commune_year') }}
)

select
    {# In the order of year, commune and code, without a window over all rows: ties are broken by it. #}
    loaded.survey_year * 100000000000 + cast(loaded.commune_code as bigint) * 1000000 + row_number() over (
        partition by loaded.survey_year, loaded.commune_code
        order by loaded.household_code, loaded.source_file_id, loaded.row_number
    ) as record_number,
    loaded.source_file_id,
    loaded.row_number,
    loaded.survey_year,
    loaded.commune_code,
    loaded.household_code,
    loaded.previous_household_code,
    loaded.is_left_list,
    loaded.exit_reason,
    loaded.movement,
    communes.harmonised_commune_code,
    hamlets.hamlet_key,
    names.name_number as head_name_number,
    {{ identity_trusted_number('personal.head_citizen_id', 'personal.head_sex', 'personal.head_birth_year') }}
        as head_citizen_id,
    {{ identity_birth_day('personal.head_birth_date') }} as head_birth_day,
    personal.head_birth_year,
    personal.head_sex
from loaded
inner join personal
    on
        loaded.source_file_id = personal.source_file_id
        and loaded.row_number = personal.row_number
inner join communes
    on
        loaded.survey_year = communes.survey_year
        and loaded.commune_code = communes.commune_code
left join names
    on
        loaded.survey_year = names.survey_year
        and personal.head_name = names.spelling
left join hamlets on personal.hamlet = hamlets.hamlet
