with

loaded as (
    select distinct survey_year
    from {{ ref('stg_source_file') }}
    where is_in_force
)

select
    loaded.survey_year,
    survey_years.cutoff_date,
    lag(loaded.survey_year) over (order by loaded.survey_year) as previous_survey_year
from loaded
inner join {{ source('reference', 'survey_years') }} as survey_years on loaded.survey_year = survey_years.survey_year
