with

survey_years as (
    select * from {{ ref('int_survey_year') }}
    where previous_survey_year is not null
),

rows_of_the_year as (
    select
        links.record_number,
        links.first_record_number,
        links.survey_year
    from {{ ref('int_household_link') }} as links
    where not links.is_left_list
),

ended as (
    select
        rows_of_the_year.record_number,
        rows_of_the_year.first_record_number,
        survey_years.survey_year
    from rows_of_the_year
    inner join survey_years on rows_of_the_year.survey_year = survey_years.previous_survey_year
    left join rows_of_the_year as next_year
        on
            rows_of_the_year.first_record_number = next_year.first_record_number
            and survey_years.survey_year = next_year.survey_year
    where next_year.record_number is null
),

persons as (
    select * from {{ ref('int_identity_person') }}
    where not is_left_list
),

wanted as (
    select
        ended.first_record_number,
        ended.survey_year,
        persons.record_number,
        persons.person_number,
        persons.is_head,
        persons.name_number,
        persons.citizen_id,
        persons.birth_day,
        persons.birth_year
    from ended
    inner join persons on ended.record_number = persons.record_number
),

found as (
    select wanted.*, persons.record_number as other_record_number
    from wanted
    inner join persons
        on
            wanted.survey_year = persons.survey_year
            and wanted.citizen_id = persons.citizen_id
            and wanted.name_number = persons.name_number

    union

    select wanted.*, persons.record_number as other_record_number
    from wanted
    inner join persons
        on
            wanted.survey_year = persons.survey_year
            and wanted.name_number = persons.name_number
            and wanted.birth_day = persons.birth_day
),

sizes as (
    select record_number, count(*) as persons
    from wanted
    group by record_number
),

joined as (
    select
        found.first_record_number,
        found.survey_year,
        found.other_record_number,
        count(*) as persons_found,
        bool_or(found.is_head) as head_is_found,
        max(sizes.persons) as persons
    from found
    inner join sizes on found.record_number = sizes.record_number
    group by found.first_record_number, found.survey_year, found.other_record_number
)

select
    joined.first_record_number,
    other.first_record_number as other_first_record_number,
    joined.survey_year
from joined
inner join rows_of_the_year as other on joined.other_record_number = other.record_number
{# A household that is new that year did not take the other in: it split off. #}
where
    (joined.head_is_found or 2 * joined.persons_found >= joined.persons)
    and other.first_record_number <> other.record_number
qualify row_number() over (
    partition by joined.first_record_number, joined.survey_year
    order by joined.persons_found desc, joined.head_is_found desc, other.first_record_number asc
) = 1
