with

survey_years as (
    select * from {{ ref('int_survey_year') }}
),

bounds as (
    select * from {{ source('reference', 'plausibility_bounds') }}
)

select
    survey_years.survey_year,
    bounds.check_code,
    bounds.bound,
    coalesce(of_year.value, bounds.value) as value
from bounds
cross join survey_years
left join bounds as of_year
    on
        bounds.check_code = of_year.check_code
        and bounds.bound = of_year.bound
        and survey_years.survey_year = of_year.survey_year
where bounds.survey_year is null
