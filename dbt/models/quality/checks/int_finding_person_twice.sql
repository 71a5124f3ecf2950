{{ config(meta={"kept_by": "survey_year"}) }}
{# One identity number on two rows of a year: the same person counted in two communes, or a number of another. A number
   that stands on very many rows is a filler such as 000000000: each row is compared with the first ones only. #}
{% set compared_rows = 20 -%}
with

members as (
    select
        members.survey_year,
        members.citizen_id,
        members.source_file_id,
        members.household_code,
        members.sheet,
        members.row_number,
        members.full_name,
        members.birth_year,
        households.commune_code
    from {{ ref('stg_member') }} as members
    inner join {{ ref('int_household_classified') }} as households
        on
            members.source_file_id = households.source_file_id
            and members.household_code = households.household_code
    where members.citizen_id is not null and households.recorded_class <> 'left_list'
),

repeated_numbers as (
    select survey_year, citizen_id
    from members
    group by survey_year, citizen_id
    having count(*) > 1
),

repeated as (
    select
        members.*,
        {{ text_key('members.full_name') }} as name_key,
        row_number() over (
            partition by members.survey_year, members.citizen_id
            order by members.commune_code, members.source_file_id, members.row_number
        ) as row_rank
    from members
    inner join repeated_numbers
        on
            members.survey_year = repeated_numbers.survey_year
            and members.citizen_id = repeated_numbers.citizen_id
),

pairs as (
    select
        one.*,
        other.row_number as other_row_number,
        other.commune_code as other_commune_code,
        coalesce(
            one.commune_code <> other.commune_code
            and one.name_key = other.name_key
            and coalesce(one.birth_year, other.birth_year, 0) = coalesce(other.birth_year, one.birth_year, 0),
            false
        ) as is_same_person
    from repeated as one
    inner join repeated as other
        on
            one.survey_year = other.survey_year
            and one.citizen_id = other.citizen_id
            and (one.source_file_id <> other.source_file_id or one.household_code <> other.household_code)
            and (one.row_rank <= {{ compared_rows }} or other.row_rank <= {{ compared_rows }})
)

select
    survey_year,
    source_file_id,
    'member' as role,
    sheet,
    row_number,
    'citizen_id' as column_name,
    case when is_same_person then 'person_in_two_communes' else 'citizen_id_in_two_households' end as check_code,
    min(
        'hàng ' || cast(other_row_number as {{ dbt.type_string() }}) || ' của xã mã ' || other_commune_code
    ) as detail
from pairs
group by survey_year, source_file_id, sheet, row_number, is_same_person
