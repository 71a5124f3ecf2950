{# One parser per cell type of the contract. Each takes a column of folded text (see fold_text) except parse_mark, and
   gives null where the cell is empty or unreadable. #}

{# A number, or Vietnamese text: points before exactly three digits group thousands, the comma is the decimal sign. From
   nine digits on it is an identity or telephone number in the wrong cell, which must not be published as a score. #}
{% macro parse_decimal(folded) -%}
    try_cast(
        case
            when {{ matches(folded, '-?[0-9]{1,8}') }} then {{ folded }}
            when {{ matches(folded, '-?([0-9]{1,5}|[0-9]{1,2}\.[0-9]{3})\.[0-9]{3}(,[0-9]+)?') }}
                then replace(replace({{ folded }}, '.', ''), ',', '.')
            when {{ matches(folded, '-?[0-9]{1,8}[.,][0-9]+') }} then replace({{ folded }}, ',', '.')
        end as decimal(18, 6)
    )
{%- endmacro %}

{# The whole number that a decimal is; any other decimal is unreadable as one. #}
{% macro whole_number(number) -%}
    case when {{ number }} = floor({{ number }}) then try_cast({{ number }} as integer) end
{%- endmacro %}

{# Yes, no, or null where unreadable. Takes the raw cell: the usual marks are recognised without folding. #}
{% macro parse_mark(cell) -%}
    case
        when {{ cell }} is null or {{ cell }} = '0' then false
        when {{ cell }} in ('x', 'X', '1') then true
        else case coalesce(lower({{ fold_text(cell) }}), '')
            when 'x' then true
            when '1' then true
            when 'có' then true
            when '' then false
            when '0' then false
            when 'không' then false
        end
    end
{%- endmacro %}

{# A date cell, or day/month/year text. #}
{% macro parse_date(folded) -%}
    try_cast(
        case
            when {{ matches(folded, '[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9:]+') }} then substring({{ folded }}, 1, 10)
            when {{ matches(folded, '[0-9]{1,2}/[0-9]{1,2}/[0-9]{4}') }} then concat(
                split_part({{ folded }}, '/', 3),
                '-', lpad(split_part({{ folded }}, '/', 2), 2, '0'),
                '-', lpad(split_part({{ folded }}, '/', 1), 2, '0')
            )
        end as date
    )
{%- endmacro %}

{# A year alone: its day and month are unknown, not 1 January. #}
{% macro parse_year(folded) -%}
    case when {{ matches(folded, '[0-9]{4}') }} then try_cast({{ folded }} as integer) end
{%- endmacro %}

{# A value of a birth, unless nobody alive in the survey year can have been born then. #}
{% macro if_plausible_birth(value, birth_year, survey_year) -%}
    case when {{ birth_year }} between 1900 and {{ survey_year }} then {{ value }} end
{%- endmacro %}

{# A citizen id has 12 digits, an old identity card 9; a numeric cell has lost the leading zeros of either. #}
{% macro parse_citizen_id(folded) -%}
    {%- set digits = "replace(" ~ folded ~ ", ' ', '')" -%}
    case
        when {{ matches(digits, '[0-9]{8,12}') }}
            then lpad({{ digits }}, case when length({{ digits }}) > 9 then 12 else 9 end, '0')
    end
{%- endmacro %}

{# The number that a fraction in words is, '1/12'. #}
{% macro fraction_value(fraction) -%}
    cast(split_part({{ fraction }}, '/', 1) as double) / cast(split_part({{ fraction }}, '/', 2) as double)
{%- endmacro %}
