{% set passes = ['decision', 'previous_code', 'same_code', 'head_number', 'members', 'head_name', 'probabilistic'] -%}
{# Communes are those of the harmonised date on both sides, so that a reorganisation is no loss. #}
with

records as (
    select
        households.survey_year,
        communes.harmonised_commune_code,
        identity.household_id,
        identity.is_row_of_the_year,
        households.recorded_class,
        links.pass
    from {{ ref('int_household_classified') }} as households
    inner join {{ ref('int_household_identity') }} as identity
        on
            households.source_file_id = identity.source_file_id
            and households.row_number = identity.row_number
    inner join {{ ref('int_household_link') }} as links
        on
            households.source_file_id = links.source_file_id
            and households.row_number = links.row_number
    inner join {{ ref('int_commune_year') }} as communes
        on
            households.survey_year = communes.survey_year
            and households.commune_code = communes.commune_code
),

rows_of_the_year as (
    select * from records
    where is_row_of_the_year
),

survey_years as (
    select * from {{ ref('int_survey_year') }}
),

by_pass as (
    select
        survey_year,
        harmonised_commune_code,
        count(*) as household_rows,
        {% for pass in passes -%}
        count(case when pass = '{{ pass }}' then 1 end) as linked_by_{{ pass }},
        {% endfor -%}
        count(case when pass <> 'first_record' then 1 end) as linked_rows
    from rows_of_the_year
    group by survey_year, harmonised_commune_code
),

{# What became of the households that were on a list last year. #}
listed as (
    select
        survey_years.survey_year,
        earlier.harmonised_commune_code,
        count(*) as listed_before,
        count(case when later.recorded_class in ('poor', 'near_poor') then 1 end) as still_listed,
        count(case when later.recorded_class in ('average', 'non_poor') then 1 end) as above_line,
        count(case when later.recorded_class = 'left_list' then 1 end) as left_list,
        count(case when later.household_id is null then 1 end) as not_found
    from rows_of_the_year as earlier
    inner join survey_years on earlier.survey_year = survey_years.previous_survey_year
    left join rows_of_the_year as later
        on
            earlier.household_id = later.household_id
            and survey_years.survey_year = later.survey_year
    where earlier.recorded_class in ('poor', 'near_poor')
    group by survey_years.survey_year, earlier.harmonised_commune_code
),

waiting as (
    select
        reviews.survey_year,
        communes.harmonised_commune_code,
        count(distinct reviews.source_row) as review_rows
    from {{ ref('link_review') }} as reviews
    inner join {{ ref('stg_source_file') }} as files on reviews.source_file_id = files.source_file_id
    inner join {{ ref('int_commune_year') }} as communes
        on
            files.survey_year = communes.survey_year
            and files.commune_code = communes.commune_code
    group by reviews.survey_year, communes.harmonised_commune_code
),

areas as (
    select survey_year, harmonised_commune_code from by_pass
    union
    select survey_year, harmonised_commune_code from listed
)

select
    cast(areas.survey_year as integer) as survey_year,
    areas.harmonised_commune_code as commune_code,
    cast(coalesce(by_pass.household_rows, 0) as integer) as household_rows,
    cast(coalesce(by_pass.linked_rows, 0) as integer) as linked_rows,
    {% for pass in passes -%}
    cast(coalesce(by_pass.linked_by_{{ pass }}, 0) as integer) as linked_by_{{ pass }},
    {% endfor -%}
    cast(coalesce(waiting.review_rows, 0) as integer) as review_rows,
    cast(coalesce(listed.listed_before, 0) as integer) as listed_before,
    cast(coalesce(listed.still_listed, 0) as integer) as still_listed,
    cast(coalesce(listed.above_line, 0) as integer) as above_line,
    cast(coalesce(listed.left_list, 0) as integer) as left_list,
    cast(coalesce(listed.not_found, 0) as integer) as not_found,
    {{ ratio('listed.listed_before - listed.not_found', 'listed.listed_before') }} as link_rate,
    {{ ratio('listed.above_line + listed.left_list', 'listed.listed_before') }} as exit_rate_low,
    {{ ratio('listed.above_line + listed.left_list + listed.not_found', 'listed.listed_before') }} as exit_rate_high
from areas
left join by_pass on {{ equal_on('areas', 'by_pass', ['survey_year', 'harmonised_commune_code']) }}
left join listed on {{ equal_on('areas', 'listed', ['survey_year', 'harmonised_commune_code']) }}
left join waiting on {{ equal_on('areas', 'waiting', ['survey_year', 'harmonised_commune_code']) }}
