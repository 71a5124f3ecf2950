{{ config(meta={"kept_by": "survey_year"}) }}
with

households as (
    select * from {{ ref('int_household_year') }}
    where poverty_class <> 'left_list'
),

figures as (
    select * from {{ ref('int_household_classified') }}
),

marks as (
    select * from {{ ref('stg_household') }}
),

standard_years as (
    select * from {{ ref('int_standard_year') }}
),

standards as (
    select * from {{ source('reference', 'poverty_standards') }}
),

standard_indicators as (
    {{ standards_by_indicator() | indent(4) }}
),

tested as (
    select
        households.household_id,
        households.survey_year,
        households.commune_code,
        households.district_code,
        households.is_district_over,
        households.member_count,
        households.poverty_class as official_class,
        standard_years.standard_code,
        standard_years.basis,
        case standard_years.basis
            when 'score' then figures.b1_score <= standards.income_score_cutoff_b1
            else figures.income_per_capita_vnd <= standards.income_line_vnd
        end as meets_income_test,
        {{ deprivation_count('standard_indicators', 'marks') | indent(8) }}
            as deprivation_count,
        standards.min_deprived_indicators,
        standard_years.indicators_of_standard - standard_years.indicators_recorded as indicators_missing
    from households
    inner join figures
        on
            households.source_file_id = figures.source_file_id
            and households.source_row = figures.row_number
    inner join marks
        on
            households.source_file_id = marks.source_file_id
            and households.source_row = marks.row_number
    inner join standard_years on households.survey_year = standard_years.survey_year
    inner join standards
        on
            standard_years.standard_code = standards.standard_code
            and figures.area_class = standards.area_class
    inner join standard_indicators on standard_years.standard_code = standard_indicators.standard_code
)

select
    household_id,
    survey_year,
    standard_code,
    basis,
    commune_code,
    district_code,
    is_district_over,
    member_count,
    official_class,
    meets_income_test,
    deprivation_count,
    deprivation_count >= min_deprived_indicators as is_deprived_enough,
    case
        {{ when_on_a_list() }}
        when not meets_income_test then 'above'
    end as standard_class,
    coalesce(
        meets_income_test
        and deprivation_count < min_deprived_indicators
        and deprivation_count + indicators_missing >= min_deprived_indicators, false
    ) as is_uncertain
from tested
