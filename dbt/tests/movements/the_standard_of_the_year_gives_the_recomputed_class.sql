{# Under the year's own standard and the test that the rule takes, a household has its recomputed class. #}
select classes.household_id, classes.survey_year
from {{ ref('int_household_standard') }} as classes
inner join {{ ref('int_standard_year') }} as standard_years
    on {{ equal_on('classes', 'standard_years', ['survey_year', 'standard_code', 'basis']) }}
inner join {{ ref('fct_household_year') }} as households
    on {{ equal_on('classes', 'households', ['household_id', 'survey_year']) }}
where
    standard_years.is_standard_of_year
    and (classes.basis = 'score' or households.b1_score is null)
    and classes.standard_class is not null
    and classes.standard_class <> {{ list_status('households.computed_class') }}
