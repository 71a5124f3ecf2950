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
