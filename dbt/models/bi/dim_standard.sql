select
    standard_code,
    max(name_vi) as name_vi,
    max(name_en) as name_en,
    max(legal_basis) as legal_basis,
    min(first_survey_year) as first_survey_year,
    max(last_survey_year) as last_survey_year,
    max(case when area_class = 'rural' then income_line_vnd end) as rural_income_line_vnd,
    max(case when area_class = 'urban' then income_line_vnd end) as urban_income_line_vnd,
    max(min_deprived_indicators) as min_deprived_indicators
from {{ source('reference', 'poverty_standards') }}
group by standard_code
