{# What only publication knows is filled in when the release is written. #}
select
    territory.area_code as territory_code,
    territory.area_name as territory_name,
    cast(null as string) as release_id,
    cast(null as string) as product_version,
    cast(null as timestamp) as made_at,
    cast(null as string) as inputs_state,
    cast(null as string) as maturity,
    cast(null as string) as maturity_vi,
    min(years.survey_year) as first_survey_year,
    max(years.survey_year) as last_survey_year,
    cast(count(*) as integer) as survey_years
from {{ ref('int_survey_year') }} as years
cross join {{ ref('int_territory') }} as territory
group by territory.area_code, territory.area_name
