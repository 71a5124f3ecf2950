with

forms as (
    select distinct survey_year, form
    from {{ ref('stg_source_file') }}
    where is_in_force
),

fields as (
    select forms.survey_year, form_columns.field
    from forms
    inner join {{ ref('stg_form_column') }} as form_columns on forms.form = form_columns.form
    where form_columns.role = 'household'
),

years as (
    select
        survey_year,
        bool_or(field = 'b1_score') as has_score,
        bool_or(field = 'income_per_capita_kvnd') as has_income
    from fields
    group by survey_year
),

standards as (
    select * from {{ source('reference', 'poverty_standards') }}
),

bases as (
    select
        standard_code,
        'score' as basis,
        area_class,
        first_survey_year,
        last_survey_year,
        income_line_vnd,
        min_deprived_indicators
    from standards
    where income_score_cutoff_b1 is not null

    union all

    select
        standard_code,
        'income',
        area_class,
        first_survey_year,
        last_survey_year,
        income_line_vnd,
        min_deprived_indicators
    from standards
    where income_line_vnd is not null
),

indicators as (
    select
        years.survey_year,
        standard_indicators.standard_code,
        count(*) as indicators_of_standard,
        count(fields.field) as indicators_recorded
    from years
    cross join {{ source('reference', 'standard_indicators') }} as standard_indicators
    left join fields
        on
            years.survey_year = fields.survey_year
            and fields.field = concat('is_deprived_', standard_indicators.indicator_code)
    group by years.survey_year, standard_indicators.standard_code
)

select
    years.survey_year,
    bases.standard_code,
    bases.basis,
    bool_and(years.survey_year between bases.first_survey_year and bases.last_survey_year) as is_standard_of_year,
    bool_or(bases.income_line_vnd > official.income_line_vnd) as is_line_above_official,
    max(indicators.indicators_of_standard) as indicators_of_standard,
    max(indicators.indicators_recorded) as indicators_recorded
from years
inner join bases on (bases.basis = 'score' and years.has_score) or (bases.basis = 'income' and years.has_income)
inner join standards as official
    on
        years.survey_year between official.first_survey_year and official.last_survey_year
        and bases.area_class = official.area_class
inner join indicators
    on
        years.survey_year = indicators.survey_year
        and bases.standard_code = indicators.standard_code
group by years.survey_year, bases.standard_code, bases.basis
