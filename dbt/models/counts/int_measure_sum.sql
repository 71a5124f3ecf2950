{# The additive sums that every poverty measure is derived from, stored once: how many units there are and how many of
   them are deprived in each indicator, by place, class and whatever the measures are broken down by. #}
with

households as (
    select
        survey_year,
        commune_code,
        district_code,
        poverty_class,
        {% for column, expression in measure_subgroups().items() -%}
        {{ expression }} as {{ column }},
        {% endfor -%}
        cast(member_count as bigint) as persons,
        {% for indicator in indicators() -%}
        is_deprived_{{ indicator }}{{ ',' if not loop.last }}
        {% endfor -%}
    from {{ ref('fct_household_year') }}
    where poverty_class <> 'left_list'
),

{% set cell = ['survey_year', 'commune_code', 'district_code', 'poverty_class']
    + measure_subgroups().keys() | list -%}

summed as (
    {{ measure_sums('households', cell, indicators(), {'household': '1', 'person': 'persons'}) }}
)

select
    {{ cell | join(', ') }},
    unit,
    cast(units as bigint) as units,
    {% for indicator in indicators() -%}
    cast(deprived_{{ indicator }} as bigint) as deprived_{{ indicator }}{{ ',' if not loop.last }}
    {% endfor -%}
from summed
