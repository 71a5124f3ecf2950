with

key_pads as (
    select inner_pad_hex, outer_pad_hex
    from {{ source('secrets', 'pseudonym_key') }}
),

links as (
    select * from {{ ref('int_household_link') }}
),

records as (
    select record_number, survey_year, commune_code, household_code
    from {{ ref('int_identity_record') }}
),

first_records as (
    select distinct first_record_number as record_number
    from links
),

households as (
    select
        records.record_number,
        {{ hmac_sha256(identity_record_name('records'), 'key_pads.inner_pad_hex', 'key_pads.outer_pad_hex') }}
            as household_id
    from first_records
    inner join records on first_records.record_number = records.record_number
    cross join key_pads
)

select
    links.source_file_id,
    links.row_number,
    links.survey_year,
    households.household_id,
    row_number() over (
        partition by links.first_record_number, links.survey_year
        order by links.is_left_list, records.commune_code, links.row_number
    ) = 1 as is_row_of_the_year
from links
inner join records on links.record_number = records.record_number
inner join households on links.first_record_number = households.record_number
