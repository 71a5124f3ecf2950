with

fractions as (
    {% for weighting in ['equal', 'nested'] -%}
    select
        standard_code,
        indicator_code,
        '{{ weighting }}' as weighting,
        cast(split_part({{ weighting }}_weight, '/', 1) as bigint) as numerator,
        cast(split_part({{ weighting }}_weight, '/', 2) as bigint) as denominator
    from {{ source('reference', 'standard_indicators') }}
    {{ 'union all' if not loop.last }}
    {% endfor -%}
),

denominators as (
    select distinct denominator from fractions
),

digits as (
    {% for digit in range(10) -%}
    select {{ digit }} as digit
    {{ 'union all' if not loop.last }}
    {% endfor -%}
),

{# The first thousand multiples of the largest denominator: the least that all denominators divide is among them, or
   the weights have no row and the tables that need them say so. #}
multiples as (
    select (1 + ones.digit + 10 * tens.digit + 100 * hundreds.digit) * largest.denominator as multiple
    from (select max(denominator) as denominator from denominators) as largest
    cross join digits as ones
    cross join digits as tens
    cross join digits as hundreds
),

common_multiples as (
    select multiples.multiple
    from multiples
    cross join denominators
    group by multiples.multiple
    having max(multiples.multiple % denominators.denominator) = 0
),

common as (
    select min(multiple) as weight_denominator from common_multiples
    having min(multiple) is not null
)

select
    fractions.standard_code,
    fractions.weighting,
    common.weight_denominator,
    {% for indicator in indicators() -%}
    cast(coalesce(sum(
        case
            when fractions.indicator_code = '{{ indicator }}'
                then fractions.numerator * common.weight_denominator / fractions.denominator
        end
    ), 0) as bigint) as weight_{{ indicator }}{{ ',' if not loop.last }}
    {% endfor -%}
from fractions
cross join common
group by fractions.standard_code, fractions.weighting, common.weight_denominator
