{# The standards of two consecutive loaded years, and the income test that both years allow under both of them. The
   score comes first, as in the rule; across a change of form only the income may be left. #}
with

survey_years as (
    select * from {{ ref('int_survey_year') }}
),

standard_years as (
    select * from {{ ref('int_standard_year') }}
),

standards as (
    select distinct survey_year, standard_code
    from standard_years
    where is_standard_of_year
),

pairs as (
    select
        survey_years.previous_survey_year as from_year,
        survey_years.survey_year as to_year,
        before.standard_code as from_standard_code,
        after.standard_code as to_standard_code
    from survey_years
    inner join standards as before on survey_years.previous_survey_year = before.survey_year
    inner join standards as after on survey_years.survey_year = after.survey_year
),

{# Two years under one standard, or two: so many rows must be there. #}
allowed as (
    select
        pairs.to_year,
        standard_years.basis
    from pairs
    inner join standard_years
        on
            standard_years.survey_year in (pairs.from_year, pairs.to_year)
            and standard_years.standard_code in (pairs.from_standard_code, pairs.to_standard_code)
    group by pairs.to_year, pairs.from_standard_code, pairs.to_standard_code, standard_years.basis
    having count(*) = case when pairs.from_standard_code = pairs.to_standard_code then 2 else 4 end
)

select
    pairs.from_year,
    pairs.to_year,
    pairs.from_standard_code,
    pairs.to_standard_code,
    max(allowed.basis) as basis
from pairs
left join allowed on pairs.to_year = allowed.to_year
group by pairs.from_year, pairs.to_year, pairs.from_standard_code, pairs.to_standard_code
