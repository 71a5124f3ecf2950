{# For every relation between printed figures and every figure in it: between which values the relation holds if the
   others are right. values: (figure_id, value, rounding); relations: int_published_relation. #}
{% macro published_intervals(values, relations) -%}
    select
        terms.relation_id,
        terms.kind,
        terms.stated_id,
        terms.figure_id,
        terms.value,
        case
            when terms.kind = 'share' and terms.role = 'stated' then 100 * terms.upper / nullif(terms.lower, 0) - terms.slack
            when terms.kind = 'share' and terms.role = 'upper'
                then (terms.stated - terms.slack) / 100 * terms.lower - (terms.upper - terms.value)
            when terms.kind = 'share' and terms.role = 'lower'
                then 100 * terms.upper / nullif(terms.stated + terms.slack, 0) - (terms.lower - terms.value)
            when terms.kind = 'sum' and terms.role = 'stated' then terms.upper
            when terms.kind = 'sum' then terms.stated - (terms.upper - terms.value)
            when terms.role = 'stated' then 0
            else terms.stated - (terms.lower - terms.value)
        end as least,
        case
            when terms.kind = 'share' and terms.role = 'stated' then 100 * terms.upper / nullif(terms.lower, 0) + terms.slack
            when terms.kind = 'share' and terms.role = 'upper'
                then (terms.stated + terms.slack) / 100 * terms.lower - (terms.upper - terms.value)
            when terms.kind = 'share' and terms.role = 'lower'
                then 100 * terms.upper / nullif(terms.stated - terms.slack, 0) - (terms.lower - terms.value)
            when terms.kind = 'sum' and terms.role = 'stated' then terms.upper
            when terms.kind = 'sum' then terms.stated - (terms.upper - terms.value)
            when terms.role = 'stated' then terms.lower
            else 1e15
        end as most
    from (
        select
            relations.relation_id,
            relations.kind,
            relations.stated_id,
            relations.figure_id,
            relations.role,
            figures.value,
            {% for role in ['upper', 'lower', 'stated'] -%}
            sum(case when relations.role = '{{ role }}' then figures.value else 0 end)
                over (partition by relations.relation_id) as {{ role }},
            {% endfor -%}
            sum(case when relations.role = 'stated' then figures.rounding else 0 end)
                over (partition by relations.relation_id) as slack
        from {{ relations }} as relations
        inner join {{ values }} as figures on relations.figure_id = figures.figure_id
    ) as terms
{%- endmacro %}

{# Whether a value lies in an interval: printed figures need no more digits than this. #}
{% macro published_holds(value, interval) -%}
    {{ value }} between {{ interval }}.least - 0.0000001 and {{ interval }}.most + 0.0000001
{%- endmacro %}

{# A number as Vietnamese print it: 16.996 and 46,45. #}
{% macro printed_number(value, decimals) -%}
    case {{ decimals }}
        {%- for count in [1, 2, 3] %}
        when {{ count }}
            then replace(cast(cast(round({{ value }}, {{ count }}) as decimal(18, {{ count }})) as {{ dbt.type_string() }}), '.', ',')
        {%- endfor %}
        else
            case
                when {{ value }} >= 1000
                    then cast(cast(floor({{ value }} / 1000) as bigint) as {{ dbt.type_string() }}) || '.'
                        || lpad(cast(cast(round({{ value }}) as bigint) % 1000 as {{ dbt.type_string() }}), 3, '0')
                else cast(cast(round({{ value }}) as bigint) as {{ dbt.type_string() }})
            end
    end
{%- endmacro %}

{# A share as people write it: F16/(F04+F06). #}
{% macro printed_share(share_of) -%}
    {% for place in [1, 2] -%}
    {% set side = "split_part(" ~ share_of ~ ", '/', " ~ place ~ ")" -%}
    case when {{ side }} like '%+%' then '(' || {{ side }} || ')' else {{ side }} end
    {{- " || '/' || " if not loop.last }}
    {% endfor -%}
{%- endmacro %}
