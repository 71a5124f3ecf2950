with

records as (
    select
        identity.household_id,
        records.survey_year,
        records.source_file_id,
        records.row_number as source_row,
        records.commune_code,
        records.recorded_class as poverty_class,
        records.member_count,
        communes.district_code,
        communes.harmonised_commune_code
    from {{ ref('int_household_classified') }} as records
    inner join {{ ref('int_household_identity') }} as identity
        on
            records.source_file_id = identity.source_file_id
            and records.row_number = identity.row_number
    inner join {{ ref('int_commune_year') }} as communes
        on
            records.survey_year = communes.survey_year
            and records.commune_code = communes.commune_code
    where identity.is_row_of_the_year
),

last_with_district as (
    select household_id, district_code, harmonised_commune_code
    from records
    where district_code is not null
    qualify row_number() over (partition by household_id order by survey_year desc) = 1
),

residents as (
    select
        harmonised_commune_code,
        survey_year,
        district_code,
        sum(resident_households) as resident_households
    from {{ ref('int_commune_year') }}
    where district_code is not null and resident_households is not null
    group by harmonised_commune_code, survey_year, district_code
),

{# Of the last year that has residents, the district with the most of them. #}
largest_district as (
    select harmonised_commune_code, district_code
    from residents
    qualify row_number() over (
        partition by harmonised_commune_code
        order by survey_year desc, resident_households desc, district_code asc
    ) = 1
)

select
    records.household_id,
    records.survey_year,
    records.source_file_id,
    records.source_row,
    records.commune_code,
    records.harmonised_commune_code,
    records.poverty_class,
    records.member_count,
    coalesce(records.district_code, last_with_district.district_code, largest_district.district_code)
        as district_code,
    records.district_code is null as is_district_over
from records
left join last_with_district
    on
        records.household_id = last_with_district.household_id
        and records.harmonised_commune_code = last_with_district.harmonised_commune_code
left join largest_district on records.harmonised_commune_code = largest_district.harmonised_commune_code
