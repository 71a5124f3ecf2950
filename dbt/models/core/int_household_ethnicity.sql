{{ config(meta={"kept_by": "source_file_id"}) }}
{# The group of the head's ethnicity. The cell is free text: what is not in the list is unknown, never passed on. #}
with

households as (
    select * from {{ ref('int_household_classified') }}
    where recorded_class <> 'left_list'
),

cells as (
    select source_file_id, row_number, head_ethnicity
    from {{ ref('stg_household') }}
),

spellings as (
    select head_ethnicity, {{ text_key('head_ethnicity') }} as spelling_key
    from cells
    where head_ethnicity is not null
    group by head_ethnicity
),

listed as (
    select
        {{ text_key('spelling') }} as spelling_key,
        max(ethnicity_code) as ethnicity_code
    from {{ source('reference', 'ethnicities') }}
    where spelling is not null
    group by {{ text_key('spelling') }}
)

select
    households.source_file_id,
    households.row_number,
    households.survey_year,
    households.commune_code,
    households.recorded_class as poverty_class,
    households.member_count,
    coalesce(listed.ethnicity_code, 'unknown') as ethnicity_code
from households
inner join cells
    on
        households.source_file_id = cells.source_file_id
        and households.row_number = cells.row_number
left join spellings on cells.head_ethnicity = spellings.head_ethnicity
left join listed on spellings.spelling_key = listed.spelling_key
