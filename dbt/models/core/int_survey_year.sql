with

loaded as (
    select distinct survey_year
    from {{ ref('stg_source_file') }}
    where is_in_force
)

select
    survey_year,
    cast(concat(cast(survey_year as {{ dbt.type_string() }}), '-{{ var("cutoff_month_day") }}') as date) as cutoff_date,
    lag(survey_year) over (order by survey_year) as previous_survey_year
from loaded
