{{ config(meta={"kept_by": "survey_year"}) }}
with

records as (
    select * from {{ ref('int_identity_record') }}
),

names as (
    select survey_year, spelling, name_number
    from {{ ref('int_identity_name') }}
),

members as (
    select
        records.record_number,
        members.row_number as person_number,
        records.survey_year,
        records.is_left_list,
        records.harmonised_commune_code,
        coalesce(members.relation_to_head = 'head', false) as is_head,
        names.name_number,
        {{ identity_trusted_number('members.citizen_id', 'members.sex', 'members.birth_year') }} as citizen_id,
        {{ identity_birth_day('members.birth_date') }} as birth_day,
        members.birth_year,
        members.sex
    from {{ ref('stg_member') }} as members
    inner join records
        on
            members.source_file_id = records.source_file_id
            and members.household_code = records.household_code
    left join names
        on
            records.survey_year = names.survey_year
            and members.full_name = names.spelling
),

with_members as (
    select distinct record_number from members
),

heads as (
    select
        records.record_number,
        0 as person_number,
        records.survey_year,
        records.is_left_list,
        records.harmonised_commune_code,
        true as is_head,
        records.head_name_number as name_number,
        records.head_citizen_id as citizen_id,
        records.head_birth_day as birth_day,
        records.head_birth_year as birth_year,
        records.head_sex as sex
    from records
    left join with_members on records.record_number = with_members.record_number
    where with_members.record_number is null
)

select * from members
union all
select * from heads
