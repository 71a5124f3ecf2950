{{ config(meta={
    "kept_by": "survey_year",
    "reads_earlier_years": ["int_identity_record", "int_identity_person", "int_household_identity", "stg_member"],
}) }}
{# What cannot change in a person between two loaded years: sex, ethnicity, a birth year so that the age falls. A
   person is followed inside one household by a name and relation that no other member of it has, never by number. #}
with

bounds as (
    {{ bounds_of('member_age_goes_back', ['max_years']) }}
),

survey_years as (
    select * from {{ ref('int_survey_year') }}
),

records as (
    select
        records.record_number,
        records.source_file_id,
        ids.household_id
    from {{ ref('int_identity_record') }} as records
    inner join {{ ref('int_household_identity') }} as ids
        on
            records.source_file_id = ids.source_file_id
            and records.row_number = ids.row_number
    where ids.is_row_of_the_year and not records.is_left_list
),

persons as (
    select
        records.household_id,
        persons.survey_year,
        persons.name_number,
        persons.birth_year,
        persons.sex,
        lower(members.ethnicity) as ethnicity,
        members.relation_to_head,
        members.source_file_id,
        members.sheet,
        members.row_number,
        count(*) over (
            partition by records.household_id, persons.survey_year, persons.name_number
        ) as namesakes
    from {{ ref('int_identity_person') }} as persons
    inner join records on persons.record_number = records.record_number
    inner join {{ ref('stg_member') }} as members
        on
            records.source_file_id = members.source_file_id
            and persons.person_number = members.row_number
    where
        persons.name_number is not null
        {# Of the years that are compared. #}
        and persons.survey_year in (
            select years.survey_year from survey_years as years
            union
            select years.previous_survey_year from survey_years as years
        )
),

followed as (
    select
        this_year.survey_year,
        this_year.source_file_id,
        this_year.sheet,
        this_year.row_number,
        this_year.sex,
        this_year.ethnicity,
        this_year.birth_year,
        previous.survey_year as previous_survey_year,
        previous.row_number as previous_row_number,
        previous.sex as previous_sex,
        previous.ethnicity as previous_ethnicity,
        previous.birth_year as previous_birth_year
    from persons as this_year
    inner join survey_years on this_year.survey_year = survey_years.survey_year
    inner join persons as previous
        on
            survey_years.previous_survey_year = previous.survey_year
            and this_year.household_id = previous.household_id
            and this_year.name_number = previous.name_number
            and this_year.relation_to_head = previous.relation_to_head
    where this_year.namesakes = 1 and previous.namesakes = 1
),

changes as (
    select *, 'sex' as column_name, 'member_sex_changes' as check_code
    from followed
    where sex <> previous_sex

    union all

    select *, 'ethnicity' as column_name, 'member_ethnicity_changes' as check_code
    from followed
    where ethnicity <> previous_ethnicity

    union all

    select followed.*, 'birth' as column_name, 'member_age_goes_back' as check_code
    from followed
    inner join bounds on followed.survey_year = bounds.survey_year
    where
        followed.birth_year - followed.previous_birth_year > followed.survey_year - followed.previous_survey_year
        and followed.birth_year - followed.previous_birth_year <= bounds.max_years
)

select
    survey_year,
    source_file_id,
    'member' as role,
    sheet,
    row_number,
    column_name,
    check_code,
    'hàng ' || cast(previous_row_number as {{ dbt.type_string() }}) || ' của danh sách năm '
    || cast(previous_survey_year as {{ dbt.type_string() }}) as detail
from changes
