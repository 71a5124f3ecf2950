{# The columns that name an area of a survey year: the grain of every area table. #}
{% macro area_key() -%}
    {{ return(['survey_year', 'area_level', 'boundary', 'area_code']) }}
{%- endmacro %}

{# A list of columns, each of one table. #}
{% macro qualified(table, columns) -%}
    {%- for column in columns -%} {{ table }}.{{ column }}{{ ', ' if not loop.last }} {%- endfor -%}
{%- endmacro %}

{# That two tables speak of the same area (or of whatever else the columns name). #}
{% macro equal_on(left, right, columns) -%}
    {%- for column in columns -%}
        {{ left }}.{{ column }} = {{ right }}.{{ column }}{{ ' and ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}

{% macro area_class_name(area_class) -%}
    case {{ area_class }} when 'rural' then '{{ var("rural_area_name") }}' else '{{ var("urban_area_name") }}' end
{%- endmacro %}

{# A fraction, null where there is nothing to divide by. #}
{% macro ratio(numerator, denominator) -%}
    cast({{ numerator }} as double) / nullif({{ denominator }}, 0)
{%- endmacro %}

{# How many households of the group a condition holds for. #}
{% macro households_where(condition) -%}
    cast(coalesce(sum(case when {{ condition }} then 1 else 0 end), 0) as bigint)
{%- endmacro %}

{# A count of int_area_class_total over some classes, zero where the area has none. #}
{% macro sum_of_class(count, classes) -%}
    cast(
        coalesce(sum(case when totals.poverty_class in ('{{ classes | join("', '") }}') then totals.{{ count }} end), 0)
        as bigint
    )
{%- endmacro %}

{# How many persons live in the households of the group that a condition holds for. #}
{% macro persons_where(condition) -%}
    cast(coalesce(sum(case when {{ condition }} then member_count end), 0) as bigint)
{%- endmacro %}

{# The groups of households that area tables and forms tell apart, each with its condition on a household's row. #}
{% macro household_groups() -%}
    {{ return({
        'female_headed': 'head_is_female',
        'ethnic_minority_headed': 'head_is_ethnic_minority',
        'merit': 'is_merit_household',
        'social_protection': 'is_social_protection',
        'lacks_labour_capacity': 'lacks_labour_capacity',
        'group_1': 'poverty_group = 1',
        'group_2': 'poverty_group = 2',
        'group_3': 'poverty_group = 3',
    }) }}
{%- endmacro %}

{# The counts of an area table, one row for each name instead of one column. columns: {new column: prefix of the old}. #}
{% macro counts_by_name(counts, name_column, names, columns, more=[]) -%}
    {% for name in names -%}
    select
        {{ (area_key() + ['poverty_class'] + more) | join(', ') }},
        {% for column, prefix in columns.items() -%}
        {{ prefix }}{{ name }} as {{ column }},
        {% endfor -%}
        '{{ name }}' as {{ name_column }}
    from {{ counts }}
    {{ 'union all' if not loop.last }}
    {% endfor -%}
{%- endmacro %}

{# Whether a form of the year has the column, from rows of stg_form_column. #}
{% macro was_asked(column) -%}
    max(case when field = '{{ column }}' then 1 else 0 end) = 1
{%- endmacro %}

{# The columns of the household sheets of every loaded survey year, as a relation (survey_year, field). #}
{% macro asked_columns() -%}
    select
        files.survey_year,
        columns.field
    from {{ ref('stg_source_file') }} as files
    inner join {{ ref('stg_form_column') }} as columns
        on
            files.form = columns.form
            and columns.role = 'household'
    where files.is_in_force
{%- endmacro %}

{# The key of an area in schema bi, which never recurs: a code of the review is unique with its first day only. #}
{% macro area_key_text(boundary, area_level, area_code, valid_from=none) -%}
    concat({{ boundary }}, '/', {{ area_level }}, '/', {{ area_code }}
    {%- if valid_from %}, case when {{ valid_from }} is null then '' else '/' || cast({{ valid_from }} as string) end{% endif %})
{%- endmacro %}
