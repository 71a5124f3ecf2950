{{ config(meta={"kept_by": "source_file_id"}) }}
{# Communes whose incomes prefer some digits: chi-square of the digit of 10,000 đồng against ten equal shares. That
   digit, because incomes are written in tens of thousand đồng; whole hundreds show as a preference for 0. #}
with

bounds as (
    {{ bounds_of('income_digit_preference', ['min_households', 'max_chi_square']) }}
),

digits as (
    select
        survey_year,
        source_file_id,
        min(sheet) as sheet,
        cast(floor(income_per_capita_vnd / 10000) as bigint) % 10 as digit,
        cast(count(*) as double) as households
    from {{ ref('int_household_classified') }}
    where recorded_class <> 'left_list' and income_per_capita_vnd is not null
    group by survey_year, source_file_id, cast(floor(income_per_capita_vnd / 10000) as bigint) % 10
),

communes as (
    select
        survey_year,
        source_file_id,
        min(sheet) as sheet,
        sum(households) as households,
        max(households) as most_frequent,
        {# sum((observed - n/10)^2 / (n/10)), which also counts the digits that never occur. #}
        10 * sum(households * households) / sum(households) - sum(households) as chi_square
    from digits
    group by survey_year, source_file_id
)

select
    communes.source_file_id,
    'household' as role,
    communes.sheet,
    cast(null as integer) as row_number,
    'income_per_capita_kvnd' as column_name,
    'income_digit_preference' as check_code,
    'một chữ số có ở ' || {{ printed_number('100 * communes.most_frequent / communes.households', 0) }}
    || '% số hộ, thông thường 10%' as detail
from communes
inner join bounds on communes.survey_year = bounds.survey_year
where communes.households >= bounds.min_households and communes.chi_square > bounds.max_chi_square
