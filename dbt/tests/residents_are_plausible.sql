{# Received communes whose residents are missing, or fewer than their poor and near-poor households. #}
select survey_year, area_code
from {{ ref('area_year') }}
where
    area_level = 'commune'
    and boundary = 'as_reviewed'
    and (resident_households is null or resident_households < poor_households + near_poor_households)
