{# Foster (2009) over the loaded years of one standard: who was poor in t of T years. A household counts where it was
   poor last. #}
with

years as (
    select
        survey_year,
        standard_code,
        min(survey_year) over (partition by standard_code) as first_survey_year,
        max(survey_year) over (partition by standard_code) as last_survey_year,
        count(*) over (partition by standard_code) as survey_years,
        row_number() over (partition by standard_code order by survey_year) as duration_cutoff
    from {{ ref('dim_year') }}
    where is_in_release and standard_code is not null
),

poor_households as (
    select
        standard_code,
        harmonised_commune_code,
        row_number() over (partition by household_id, standard_code order by survey_year desc) as place_from_last,
        count(*) over (partition by household_id, standard_code) as poor_years
    from {{ ref('fct_household_year') }}
    where poverty_class = 'poor'
),

of_communes as (
    select
        standard_code,
        harmonised_commune_code,
        poor_years,
        count(*) as households
    from poor_households
    where place_from_last = 1
    group by standard_code, harmonised_commune_code, poor_years
),

placed as (
    {{ placed_in_harmonised_areas('of_communes') | indent(4) }}
),

areas as (
    select
        figures.area_key,
        years.standard_code,
        max(case when figures.survey_year = years.last_survey_year then figures.resident_households end)
            as resident_households,
        sum(case when figures.communes_received = figures.communes_expected then 1 else 0 end)
        = max(years.survey_years) as is_complete
    from {{ ref('area_figures') }} as figures
    inner join years on figures.survey_year = years.survey_year
    where figures.boundary = 'harmonised' and figures.area_level in ('province', 'commune')
    group by figures.area_key, years.standard_code
),

counted as (
    select
        areas.area_key,
        years.standard_code,
        years.duration_cutoff,
        max(years.first_survey_year) as first_survey_year,
        max(years.last_survey_year) as last_survey_year,
        max(years.survey_years) as survey_years,
        max(areas.resident_households) as resident_households,
        coalesce(sum(placed.households), 0) as chronic_households,
        coalesce(sum(placed.households * placed.poor_years), 0) as poor_years,
        bool_and(areas.is_complete) as is_complete
    from areas
    inner join years on areas.standard_code = years.standard_code
    left join placed
        on
            {{ equal_on('areas', 'placed', ['area_key', 'standard_code']) }}
            and years.duration_cutoff <= placed.poor_years
    group by areas.area_key, years.standard_code, years.duration_cutoff
)

select
    area_key,
    standard_code,
    cast(duration_cutoff as integer) as duration_cutoff,
    first_survey_year,
    last_survey_year,
    cast(survey_years as integer) as survey_years,
    resident_households,
    cast(chronic_households as bigint) as chronic_households,
    cast(poor_years as bigint) as poor_years,
    {{ ratio('chronic_households', 'resident_households') }} as chronic_headcount_ratio,
    {{ ratio('poor_years', 'chronic_households * survey_years') }} as average_duration,
    {{ ratio('poor_years', 'resident_households * survey_years') }} as duration_adjusted_headcount_ratio,
    is_complete
from counted
