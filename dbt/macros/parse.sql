{# One parser per cell type of the contract. Each takes a column of folded text, as raw/ holds it (base/text.py), and
   gives null where the cell is empty or unreadable. #}

{# A number, or Vietnamese text: points or spaces before exactly three digits group thousands, the comma is the decimal
   sign. From nine digits on it is an identity or telephone number in the wrong cell, which must not be published as a
   score. #}
{% macro parse_decimal(folded) -%}
    try_cast(
        case
            when {{ matches(folded, '-?[0-9]{1,8}') }} then {{ folded }}
            when {{ matches(folded, '-?[0-9]{1,8}[.,][0-9]{1,2}') }} then replace({{ folded }}, ',', '.')
            when {{ matches(folded, '-?([0-9]{1,5}|[0-9]{1,2}\.[0-9]{3})\.[0-9]{3}(,[0-9]+)?') }}
                then replace(replace({{ folded }}, '.', ''), ',', '.')
            when {{ matches(folded, '-?[0-9]{1,8}[.,][0-9]+') }} then replace({{ folded }}, ',', '.')
            when {{ matches(folded, '-?[0-9]{1,2}( [0-9]{3}){1,2}([.,][0-9]+)?|-?[0-9]{3} [0-9]{3}([.,][0-9]+)?') }}
                then replace(replace({{ folded }}, ' ', ''), ',', '.')
        end as decimal(18, 6)
    )
{%- endmacro %}

{# The whole number that a decimal is; any other decimal is unreadable as one. #}
{% macro whole_number(number) -%}
    case when {{ number }} = floor({{ number }}) then try_cast({{ number }} as integer) end
{%- endmacro %}

{# Yes, no, or null where unreadable. A ticked box is true. #}
{% macro parse_mark(folded) -%}
    case
        when {{ folded }} is null or {{ folded }} = '0' then false
        when {{ folded }} in ('x', 'X', '1') then true
        when lower({{ folded }}) in ('có', 'true') then true
        when lower({{ folded }}) in ('không', 'false') then false
    end
{%- endmacro %}

{# A date: a date cell or ISO text, day/month/year with any of / - . or in words, or eight or seven digits as ddmmyyyy
   or yyyymmdd. A year of two digits is the latest one that is not after the cut-off date. `survey_year` is null where
   dates have a year of four digits. #}
{% macro parse_date(folded, survey_year='null') -%}
    {%- set words = "replace(replace(replace(replace(lower(" ~ folded ~ "), 'ngày ', ''), ' tháng ', '/'), ' năm ', '/'), ' ', '')" -%}
    {%- set parted = "replace(replace(" ~ words ~ ", '-', '/'), '.', '/')" -%}
    try_cast(
        case
            when {{ matches(folded, '[0-9]{4}-[0-9]{2}-[0-9]{2}( [0-9:.]+)?') }} then substring({{ folded }}, 1, 10)
            when {{ matches(folded, '[0-9]{1,2}/[0-9]{1,2}/[0-9]{4}') }} then {{ _iso_date(folded) }}
            when {{ matches(folded, '[0-9]{7,8}') }} then {{ _date_of_digits(folded) }}
            when {{ matches(parted, '[0-9]{1,2}/[0-9]{1,2}/[0-9]{4}') }} then {{ _iso_date(parted) }}
            when {{ matches(parted, '[0-9]{4}/[0-9]{1,2}/[0-9]{1,2}') }} then concat(
                split_part({{ parted }}, '/', 1),
                '-', lpad(split_part({{ parted }}, '/', 2), 2, '0'),
                '-', lpad(split_part({{ parted }}, '/', 3), 2, '0')
            )
            when {{ matches(parted, '[0-9]{1,2}/[0-9]{1,2}/[0-9]{2}') }} then {{ _date_of_short_year(parted, survey_year) }}
        end as date
    )
{%- endmacro %}

{# YYYY-MM-DD of day/month/year. #}
{% macro _iso_date(parted) -%}
    concat(
        split_part({{ parted }}, '/', 3),
        '-', lpad(split_part({{ parted }}, '/', 2), 2, '0'),
        '-', lpad(split_part({{ parted }}, '/', 1), 2, '0')
    )
{%- endmacro %}

{# YYYY-MM-DD of ddmmyyyy (its first zero may be lost) where that is a date of a year from 1900 on, else of yyyymmdd. #}
{% macro _date_of_digits(digits) -%}
    {%- set filled = "lpad(" ~ digits ~ ", 8, '0')" -%}
    {%- set day_first = "concat(substring(" ~ filled ~ ", 5, 4), '-', substring(" ~ filled ~ ", 3, 2), '-', substring("
        ~ filled ~ ", 1, 2))" -%}
    {%- set year_first = "concat(substring(" ~ digits ~ ", 1, 4), '-', substring(" ~ digits ~ ", 5, 2), '-', substring("
        ~ digits ~ ", 7, 2))" -%}
    case
        when try_cast({{ day_first }} as date) is not null and substring({{ filled }}, 5, 2) in ('19', '20')
            then {{ day_first }}
        when length({{ digits }}) = 8 and substring({{ digits }}, 1, 2) in ('19', '20') then {{ year_first }}
    end
{%- endmacro %}

{# YYYY-MM-DD of day/month/yy: this century where that is not after the cut-off date of the survey year, else the last. #}
{% macro _date_of_short_year(parted, survey_year) -%}
    {%- set month_and_day = "concat('-', lpad(split_part(" ~ parted ~ ", '/', 2), 2, '0'), '-', lpad(split_part("
        ~ parted ~ ", '/', 1), 2, '0'))" -%}
    {%- set year = "split_part(" ~ parted ~ ", '/', 3)" -%}
    case
        when {{ survey_year }} is null then null
        when
            try_cast(concat('20', {{ year }}, {{ month_and_day }}) as date)
            <= {{ cutoff_date_of(survey_year) }}
            then concat('20', {{ year }}, {{ month_and_day }})
        else concat('19', {{ year }}, {{ month_and_day }})
    end
{%- endmacro %}

{# A year alone, or month/year: its day is unknown, not the first. #}
{% macro parse_year(folded) -%}
    case
        when {{ matches(folded, '[0-9]{4}') }} then try_cast({{ folded }} as integer)
        when {{ matches(folded, '(0?[1-9]|1[0-2])[/.-][0-9]{4}') }} then try_cast(right({{ folded }}, 4) as integer)
    end
{%- endmacro %}

{# The year of a birth: that of its date, or of a cell that holds a year alone. #}
{% macro parse_birth_year(date, folded) -%}
    coalesce(cast(year({{ date }}) as bigint), {{ parse_year(folded) }})
{%- endmacro %}

{# A value of a birth, unless nobody alive in the survey year can have been born then. #}
{% macro if_plausible_birth(value, birth_year, survey_year) -%}
    case when {{ birth_year }} between 1900 and {{ survey_year }} then {{ value }} end
{%- endmacro %}

{# A citizen id has 12 digits, an old identity card 9, spaces, points and hyphens aside. Numbers were filled with their
   lost zeros when they were read (ingestion/field_text.py): here a telephone number stays none. #}
{% macro parse_citizen_id(folded) -%}
    case
        when {{ matches(folded, '[0-9]{12}|[0-9]{9}') }} then {{ folded }}
        when {{ matches("replace(replace(replace(" ~ folded ~ ", ' ', ''), '.', ''), '-', '')", '[0-9]{12}|[0-9]{9}') }}
            then replace(replace(replace({{ folded }}, ' ', ''), '.', ''), '-', '')
    end
{%- endmacro %}

{# The number that a fraction in words is, '1/12'. #}
{% macro fraction_value(fraction) -%}
    cast(split_part({{ fraction }}, '/', 1) as double) / cast(split_part({{ fraction }}, '/', 2) as double)
{%- endmacro %}
