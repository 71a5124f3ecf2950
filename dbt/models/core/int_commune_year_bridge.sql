select
    survey_years.survey_year,
    communes.survey_year as previous_survey_year,
    communes.commune_code as previous_commune_code,
    communes.is_received as is_received_before,
    lineage.current_code as commune_code
from {{ ref('int_commune_year') }} as communes
inner join {{ ref('int_survey_year') }} as survey_years on communes.survey_year = survey_years.previous_survey_year
inner join {{ ref('int_commune_lineage') }} as lineage
    on
        communes.commune_code = lineage.commune_code
        and communes.commune_valid_from = lineage.valid_from
        and survey_years.cutoff_date >= lineage.holds_from
        and (lineage.holds_until is null or survey_years.cutoff_date < lineage.holds_until)
