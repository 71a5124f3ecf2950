{# The poverty rule: an income test, and how many indicators of the standard a household is deprived in. #}

{# Which indicators each standard counts, as a column each. #}
{% macro standards_by_indicator() -%}
    select
        standard_code,
        {% for indicator in indicators() -%}
        bool_or(indicator_code = '{{ indicator }}') as has_{{ indicator }}{{ ',' if not loop.last }}
        {% endfor -%}
    from {{ source('reference', 'standard_indicators') }}
    group by standard_code
{%- endmacro %}

{# How many indicators of a row of standards_by_indicator the marks of a household are set in. #}
{% macro deprivation_count(standard, marks) -%}
    {% for indicator in indicators() -%}
    {{ '+ ' if not loop.first }}case
        when {{ standard }}.has_{{ indicator }} and {{ marks }}.is_deprived_{{ indicator }} then 1 else 0
    end
    {% endfor -%}
{%- endmacro %}

{# The branches of a case that put a household on a list. #}
{% macro when_on_a_list() -%}
    when meets_income_test and deprivation_count >= min_deprived_indicators then 'poor'
        when meets_income_test then 'near_poor'
{%- endmacro %}
