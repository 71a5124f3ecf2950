{{ config(meta={"kept_by": "source_file_id"}) }}
{# The household rows that load, of the files in force, with the class that their own figures give. #}
{% set marks = form_fields('household', 'mark') -%}
with

standards as (
    select * from {{ source('reference', 'poverty_standards') }}
),

standard_indicators as (
    {{ standards_by_indicator() | indent(4) }}
),

quarantined as (
    select distinct source_file_id, row_number
    from {{ ref('int_household_row_problem') }}
),

loaded as (
    select
        households.*,
        files.commune_code,
        files.commune_valid_from
    from {{ ref('stg_household') }} as households
    inner join {{ ref('stg_source_file') }} as files on households.source_file_id = files.source_file_id
    left join quarantined
        on
            households.source_file_id = quarantined.source_file_id
            and households.row_number = quarantined.row_number
    where files.is_in_force and quarantined.row_number is null
),

measured as (
    select
        loaded.source_file_id,
        loaded.row_number,
        loaded.sheet,
        loaded.survey_year,
        loaded.commune_code,
        loaded.commune_valid_from,
        loaded.household_code,
        loaded.previous_household_code,
        standards.standard_code,
        standards.income_line_vnd,
        standards.average_living_line_vnd,
        standards.income_score_cutoff_b1,
        standards.min_deprived_indicators,
        loaded.area_class,
        loaded.recorded_class,
        loaded.movement,
        loaded.exit_reason,
        loaded.b1_score,
        loaded.b2_score,
        cast(loaded.income_per_capita_kvnd * 1000 as decimal(18, 3)) as income_per_capita_vnd,
        loaded.poverty_group,
        loaded.head_sex = 'female' as head_is_female,
        lower(loaded.head_ethnicity) <> 'kinh' as head_is_ethnic_minority,
        case when loaded.recorded_class = 'left_list' then 0 else loaded.member_count end as member_count,
        {% for mark in marks if not mark.startswith('is_deprived_') -%}
        loaded.{{ mark }},
        {% endfor -%}
        {% for indicator in indicators() -%}
        case when standard_indicators.has_{{ indicator }} then loaded.is_deprived_{{ indicator }} end
            as is_deprived_{{ indicator }},
        {% endfor -%}
        {{ deprivation_count('standard_indicators', 'loaded') | indent(8) }}
            as deprivation_count
    from loaded
    left join standards
        on
            loaded.survey_year between standards.first_survey_year and standards.last_survey_year
            and loaded.area_class = standards.area_class
    left join standard_indicators on standards.standard_code = standard_indicators.standard_code
),

tested as (
    select
        *,
        case
            when b1_score is not null and income_score_cutoff_b1 is not null
                then b1_score <= income_score_cutoff_b1
            when income_per_capita_vnd is not null and income_line_vnd is not null
                then income_per_capita_vnd <= income_line_vnd
        end as meets_income_test
    from measured
)

select
    *,
    case
        when recorded_class = 'left_list' or meets_income_test is null then null
        {{ when_on_a_list() }}
        when income_per_capita_vnd <= average_living_line_vnd then 'average'
        else 'non_poor'
    end as computed_class
from tested
