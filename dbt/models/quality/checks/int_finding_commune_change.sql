{# A commune's rate or mean that moved more between two loaded years than its bounds allow. Communes of the harmonised
   date, so that a reorganisation is no change; only where all their files are there in both years. Differences are
   rounded, or a change of exactly the bound (0.40 - 0.35) would be beyond it by the error of a double. #}
with

rate_bounds as (
    {{ bounds_of('poor_rate_jumps', ['max_change', 'min_households']) }}
),

size_bounds as (
    {{ bounds_of('household_size_jumps', ['max_change', 'min_households']) }}
),

indicator_bounds as (
    {{ bounds_of('indicator_rate_jumps', ['max_change', 'min_households']) }}
),

survey_years as (
    select * from {{ ref('int_survey_year') }}
),

communes as (
    select
        survey_year,
        area_code as commune_code,
        poor_rate,
        resident_households,
        cast(resident_persons as double) / nullif(resident_households, 0) as household_size
    from {{ ref('area_year') }}
    where area_level = 'commune' and boundary = 'harmonised' and communes_received = communes_expected
),

indicators as (
    select rates.*
    from {{ ref('indicator_area_year') }} as rates
    inner join communes
        on
            rates.survey_year = communes.survey_year
            and rates.area_code = communes.commune_code
    where
        rates.area_level = 'commune'
        and rates.boundary = 'harmonised'
        and rates.poverty_class = 'poor_or_near_poor'
),

{# The file behind a commune of the harmonised date, where it is one. #}
files as (
    select
        survey_year,
        harmonised_commune_code as commune_code,
        min(harmonised_commune_name) as commune_name,
        case when count(*) = 1 then min(source_file_id) end as source_file_id
    from {{ ref('int_commune_year') }}
    group by survey_year, harmonised_commune_code
),

pairs as (
    select
        this_year.*,
        previous.survey_year as previous_survey_year,
        previous.poor_rate as previous_poor_rate,
        previous.household_size as previous_household_size,
        least(this_year.resident_households, previous.resident_households) as households
    from communes as this_year
    inner join survey_years on this_year.survey_year = survey_years.survey_year
    inner join communes as previous
        on
            survey_years.previous_survey_year = previous.survey_year
            and this_year.commune_code = previous.commune_code
),

jumps as (
    select
        pairs.survey_year,
        pairs.commune_code,
        'poor_rate_jumps' as check_code,
        'poor_rate' as column_name,
        {{ change_text('100 * pairs.previous_poor_rate', '100 * pairs.poor_rate') | indent(8) }}
        || cast(pairs.previous_survey_year as {{ dbt.type_string() }}) as detail
    from pairs
    inner join rate_bounds on pairs.survey_year = rate_bounds.survey_year
    where
        round(abs(pairs.poor_rate - pairs.previous_poor_rate), 9) > rate_bounds.max_change
        and pairs.households >= rate_bounds.min_households

    union all

    select
        pairs.survey_year,
        pairs.commune_code,
        'household_size_jumps' as check_code,
        'resident_persons' as column_name,
        {{ change_text('pairs.previous_household_size', 'pairs.household_size', 2, ' người một hộ') | indent(8) }}
        || cast(pairs.previous_survey_year as {{ dbt.type_string() }}) as detail
    from pairs
    inner join size_bounds on pairs.survey_year = size_bounds.survey_year
    where
        round(abs(pairs.household_size - pairs.previous_household_size), 9) > size_bounds.max_change
        and pairs.households >= size_bounds.min_households

    union all

    select
        this_year.survey_year,
        this_year.area_code as commune_code,
        'indicator_rate_jumps' as check_code,
        'is_deprived_' || this_year.indicator_code as column_name,
        {{ change_text('100 * previous.deprivation_rate', '100 * this_year.deprivation_rate') | indent(8) }}
        || cast(previous.survey_year as {{ dbt.type_string() }}) as detail
    from indicators as this_year
    inner join survey_years on this_year.survey_year = survey_years.survey_year
    inner join indicators as previous
        on
            survey_years.previous_survey_year = previous.survey_year
            and this_year.area_code = previous.area_code
            and this_year.indicator_code = previous.indicator_code
    inner join indicator_bounds on this_year.survey_year = indicator_bounds.survey_year
    where
        round(abs(this_year.deprivation_rate - previous.deprivation_rate), 9) > indicator_bounds.max_change
        and this_year.class_households >= indicator_bounds.min_households
        and previous.class_households >= indicator_bounds.min_households
)

select
    jumps.survey_year,
    jumps.commune_code,
    files.commune_name,
    files.source_file_id,
    jumps.column_name,
    jumps.check_code,
    jumps.detail
from jumps
inner join files
    on
        jumps.survey_year = files.survey_year
        and jumps.commune_code = files.commune_code
