{# The closing is counted from the year's own figures and not from the lines, so that the identity is a proof. #}
{% set before = ['to_other_list', 'above_line', 'other_decrease', 'stayed'] -%}
{% set lines = ['to_other_list', 'above_line', 'other_decrease', 'from_other_list', 'returned', 'newly_arisen',
    'other_increase'] -%}
with

areas as (
    select * from {{ ref('int_movement_area') }}
),

lists as (
    {% for list in poverty_lists() -%}
    select '{{ list }}' as list
    {{ 'union all' if not loop.last }}
    {% endfor -%}
),

summed as (
    select
        {{ area_key() | join(', ') }},
        list,
        {% for unit in ['households', 'persons'] -%}
        {{ sum_of_lines(unit, before) }} as opening_{{ unit }},
        {% for line in lines -%}
        {{ sum_of_lines(unit, [line]) }} as {{ line }}_{{ unit }},
        {% endfor -%}
        {% endfor -%}
        {{ sum_of_lines('growth', ['stayed']) }} as growth,
        {{ sum_of_lines('shrinkage', ['stayed']) }} as shrinkage
    from {{ ref('int_movement_line') }}
    group by {{ area_key() | join(', ') }}, list
),

totals as (
    select * from {{ ref('int_area_class_total') }}
    union all
    select * from {{ ref('int_former_district_class_total') }}
),

{% for unit in ['household', 'person'] -%}
{{ unit }}s as (
    select
        {{ qualified('areas', area_key()) }},
        lists.list,
        '{{ unit }}' as unit,
        areas.area_name,
        areas.previous_survey_year,
        coalesce(summed.opening_{{ unit }}s, 0) as opening,
        {% for line in lines -%}
        coalesce(summed.{{ line }}_{{ unit }}s, 0)
        {%- if unit == 'person' and line == 'other_decrease' %} + coalesce(summed.shrinkage, 0){% endif %}
        {%- if unit == 'person' and line == 'other_increase' %} + coalesce(summed.growth, 0){% endif %} as {{ line }},
        {% endfor -%}
        coalesce(totals.{{ unit }}s, 0) as closing
    from areas
    cross join lists
    left join summed
        on
            {{ equal_on('areas', 'summed', area_key()) }}
            and lists.list = summed.list
    left join totals
        on
            {{ equal_on('areas', 'totals', area_key()) }}
            and lists.list = totals.poverty_class
),

{% endfor -%}

measured as (
    select * from households
    union all
    select * from persons
)

select
    {{ area_key() | join(', ') }},
    list,
    unit,
    area_name,
    {% for column in ['opening'] + lines -%}
    case when previous_survey_year is not null then cast({{ column }} as bigint) end as {{ column }},
    {% endfor -%}
    cast(closing as bigint) as closing
from measured
