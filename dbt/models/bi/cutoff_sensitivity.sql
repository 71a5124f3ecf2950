{# Who would be poor if the standard asked for k deprivations. Every indicator weighs the same, so that the weighted
   count is the count, and a cut-off of the standard's own gives its computed poor. #}
with

income_poor as (
    select
        households.survey_year,
        communes.harmonised_commune_code,
        households.standard_code,
        households.min_deprived_indicators,
        households.deprivation_count,
        count(*) as households
    from {{ ref('int_household_classified') }} as households
    inner join {{ ref('int_commune_year') }} as communes
        on {{ equal_on('households', 'communes', ['survey_year', 'commune_code']) }}
    where households.recorded_class <> 'left_list' and households.meets_income_test
    group by
        households.survey_year, communes.harmonised_commune_code, households.standard_code,
        households.min_deprived_indicators, households.deprivation_count
),

placed as (
    {{ placed_in_harmonised_areas('income_poor') | indent(4) }}
),

indicators as (
    select
        standard_code,
        indicator_code,
        row_number() over (partition by standard_code order by indicator_code) as cutoff,
        count(*) over (partition by standard_code) as indicators
    from {{ source('reference', 'standard_indicators') }}
),

standards as (
    select
        years.survey_year,
        years.standard_code,
        standards.min_deprived_indicators
    from {{ ref('dim_year') }} as years
    inner join {{ ref('dim_standard') }} as standards on years.standard_code = standards.standard_code
),

{# Every area that sent a file has every cut-off, also where nobody is left. #}
listed as (
    select
        areas.area_key,
        areas.survey_year,
        standards.standard_code,
        cast(indicators.cutoff as integer) as cutoff,
        indicators.indicators,
        standards.min_deprived_indicators,
        areas.resident_households
    from {{ ref('area_figures') }} as areas
    inner join standards on areas.survey_year = standards.survey_year
    inner join indicators on standards.standard_code = indicators.standard_code
    where areas.boundary = 'harmonised' and areas.area_level in ('province', 'commune')
),

counted as (
    select
        listed.area_key,
        listed.survey_year,
        listed.cutoff,
        cast(sum(placed.households) as bigint) as poor_households,
        cast(sum(placed.households * placed.deprivation_count) as bigint) as deprivations
    from listed
    inner join placed
        on
            {{ equal_on('listed', 'placed', ['area_key', 'survey_year']) }}
            and listed.cutoff <= placed.deprivation_count
    group by listed.area_key, listed.survey_year, listed.cutoff
)

select
    listed.area_key,
    listed.survey_year,
    listed.cutoff,
    listed.standard_code,
    listed.cutoff = listed.min_deprived_indicators as is_cutoff_of_standard,
    listed.resident_households,
    coalesce(counted.poor_households, 0) as poor_households,
    coalesce(counted.deprivations, 0) as deprivations,
    {{ ratio('coalesce(counted.poor_households, 0)', 'listed.resident_households') }} as headcount_ratio,
    {{ ratio('counted.deprivations', 'counted.poor_households * listed.indicators') }} as intensity,
    {{ ratio('coalesce(counted.deprivations, 0)', 'listed.resident_households * listed.indicators') }}
        as adjusted_headcount_ratio
from listed
left join counted on {{ equal_on('listed', 'counted', ['area_key', 'survey_year', 'cutoff']) }}
