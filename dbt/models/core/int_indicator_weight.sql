with recursive

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

{# The multiples of the largest denominator, up to the first that all denominators divide. #}
multiples (multiple, step) as (
    select max(denominator), max(denominator) from denominators

    union all

    select multiples.multiple + multiples.step, multiples.step
    from multiples
    where exists (
        select 1 from denominators
        where multiples.multiple % denominators.denominator <> 0
    )
),

common as (
    select cast(max(multiple) as bigint) as weight_denominator from multiples
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
