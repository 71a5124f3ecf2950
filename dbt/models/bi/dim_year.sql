with

standards as (
    select distinct standard_code, first_survey_year, last_survey_year
    from {{ source('reference', 'poverty_standards') }}
)

select
    years.survey_year,
    years.cutoff_date,
    standards.standard_code,
    coalesce(years.survey_year = standards.first_survey_year, false) as is_first_year_of_standard,
    loaded.previous_survey_year,
    loaded.survey_year is not null as is_in_release
from {{ source('reference', 'survey_years') }} as years
left join standards on years.survey_year between standards.first_survey_year and standards.last_survey_year
left join {{ ref('int_survey_year') }} as loaded on years.survey_year = loaded.survey_year
