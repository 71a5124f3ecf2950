{{ config(meta={"kept_by": "to_year", "reads_earlier_years": ["poverty_measure", "poverty_measure_indicator"]}) }}
{# Changes compare the same territory, so only harmonised areas have them: the units of a survey year come and go, and
   their codes are reassigned to others. #}
{% set key = ['area_level', 'area_code', 'unit', 'weighting', 'measure'] -%}
with

overall as (
    select * from {{ ref('poverty_measure') }}
    where boundary = 'harmonised'
),

by_indicator as (
    select * from {{ ref('poverty_measure_indicator') }}
    where boundary = 'harmonised'
),

figures as (
    {% for measure in ['headcount_ratio', 'intensity', 'adjusted_headcount_ratio'] -%}
    select survey_year, area_level, area_code, unit, weighting, '{{ measure }}' as measure, {{ measure }} as figure
    from overall
    union all
    {% endfor -%}
    select
        survey_year,
        area_level,
        area_code,
        unit,
        weighting,
        'censored_headcount_ratio:' || indicator_code as measure,
        censored_headcount_ratio as figure
    from by_indicator
),

standards as (
    select distinct survey_year, standard_code from overall
),

pairs as (
    select
        {{ qualified('earlier', key) }},
        earlier.survey_year as from_year,
        later.survey_year as to_year,
        earlier.figure as from_value,
        later.figure as to_value,
        later.survey_year - earlier.survey_year as years
    from figures as earlier
    inner join figures as later
        on
            {{ equal_on('earlier', 'later', key) }}
            and earlier.survey_year < later.survey_year
)

select
    pairs.from_year,
    pairs.to_year,
    {{ qualified('pairs', key) }},
    pairs.from_value,
    pairs.to_value,
    pairs.to_value - pairs.from_value as absolute_change,
    (pairs.to_value - pairs.from_value) / nullif(pairs.from_value, 0) as relative_change,
    (pairs.to_value - pairs.from_value) / pairs.years as annualised_absolute_change,
    power(pairs.to_value / nullif(pairs.from_value, 0), cast(1 as double) / pairs.years) - 1
        as annualised_relative_change,
    from_standards.standard_code = to_standards.standard_code as is_same_standard
from pairs
inner join standards as from_standards on pairs.from_year = from_standards.survey_year
inner join standards as to_standards on pairs.to_year = to_standards.survey_year
