select
    household_id,
    min(survey_year) as first_survey_year,
    max(survey_year) as last_survey_year,
    cast({{ households_where("poverty_class <> 'left_list'") }} as integer) as years_reviewed,
    case when count(*) = 1 then 'single' else 'stated_code' end as link_quality
from {{ ref('fct_household_year') }}
group by household_id
