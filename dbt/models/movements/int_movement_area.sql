with

survey_years as (
    select * from {{ ref('int_survey_year') }}
),

areas as (
    select * from {{ ref('int_area') }}
    union all
    select * from {{ ref('int_former_district_area') }}
),

blocks as (
    select * from {{ ref('int_block_area') }}
),

names as (
    select area_level, boundary, area_code, max(area_name) as area_name
    from (
        select area_level, boundary, area_code, area_name from blocks
        union all
        select area_level, boundary, area_code, area_name from areas
    ) as named
    group by area_level, boundary, area_code
),

{# What was reviewed the year before, in the areas of this year. #}
carried as (
    select {{ qualified('blocks', area_key()) }}
    from {{ ref('int_commune_year_bridge') }} as communes
    inner join blocks
        on
            communes.survey_year = blocks.survey_year
            and communes.commune_code = blocks.commune_code
    where communes.is_received_before and blocks.boundary = 'as_reviewed'

    union

    select survey_years.survey_year, areas.area_level, areas.boundary, areas.area_code
    from areas
    inner join survey_years on areas.survey_year = survey_years.previous_survey_year
    where areas.boundary = 'harmonised'

    union

    select {{ area_key() | join(', ') }} from areas
)

select
    {{ qualified('carried', area_key()) }},
    coalesce(areas.area_name, names.area_name) as area_name,
    survey_years.previous_survey_year
from carried
inner join survey_years on carried.survey_year = survey_years.survey_year
inner join names
    on {{ equal_on('carried', 'names', ['area_level', 'boundary', 'area_code']) }}
left join areas on {{ equal_on('carried', 'areas', area_key()) }}
