{# Counts of classified household rows, by commune before linkage and by former district after it. #}

{# The counts of households and persons that area tables need, of rows of int_household_classified. #}
{% macro class_counts(rows, by) -%}
    select
        {{ by | join(', ') }},
        recorded_class as poverty_class,
        count(*) as households,
        coalesce(sum(member_count), 0) as persons,
        {% for group, condition in household_groups().items() -%}
        {{ households_where(condition) }} as {{ group }},
        {{ persons_where(condition) }} as persons_{{ group }},
        {% endfor -%}
        {% for parent, children in need_children().items() -%}
        {{ households_where(prefixed('need_', children) | join(' or ')) }} as need_{{ parent }},
        {% endfor -%}
        {% for indicator in indicators() -%}
        {{ households_where('is_deprived_' ~ indicator) }} as deprived_{{ indicator }},
        {% endfor -%}
        {% for need in needs() -%}
        {{ households_where('need_' ~ need) }} as need_{{ need }},
        {% endfor -%}
        {% for cause in causes() -%}
        {{ households_where('cause_' ~ cause) }} as cause_{{ cause }}{{ ',' if not loop.last }}
        {% endfor -%}
    from {{ rows }}
    group by {{ by | join(', ') }}, recorded_class
{%- endmacro %}

{% macro class_count_names() -%}
    {%- set groups = household_groups().keys() | list -%}
    {{ return(
        ['households', 'persons'] + groups + prefixed('persons_', groups)
        + prefixed('need_', need_children().keys() | list)
        + prefixed('deprived_', indicators()) + prefixed('need_', needs()) + prefixed('cause_', causes())
    ) }}
{%- endmacro %}

{# The sums that poverty measures are derived from, of rows of int_household_classified. #}
{% macro measure_counts(rows, by) -%}
with

households as (
    select
        {{ by | join(', ') }},
        recorded_class as poverty_class,
        {% for column, expression in measure_subgroups().items() -%}
        {{ expression }} as {{ column }},
        {% endfor -%}
        cast(member_count as bigint) as persons,
        {% for indicator in indicators() -%}
        is_deprived_{{ indicator }}{{ ',' if not loop.last }}
        {% endfor -%}
    from {{ rows }}
),

{% set cell = by + ['poverty_class'] + measure_subgroups().keys() | list -%}

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
{%- endmacro %}

{# Counts by commune, summed to the areas of each commune: a relation by survey_year, commune_code and `by`. #}
{% macro sum_to_areas(counts, by, names) -%}
    select
        {{ qualified('blocks', area_key()) }},
        {{ qualified(counts, by) }},
        {% for name in names -%}
        cast(sum({{ counts }}.{{ name }}) as bigint) as {{ name }}{{ ',' if not loop.last }}
        {% endfor -%}
    from {{ counts }}
    inner join {{ ref('int_block_area') }} as blocks on {{ equal_on(counts, 'blocks', ['survey_year', 'commune_code']) }}
    group by {{ qualified('blocks', area_key()) }}, {{ qualified(counts, by) }}
{%- endmacro %}

{# The rows of households in districts that are over, with the district. Ends in a condition. #}
{% macro in_former_districts(rows, row_number='row_number') -%}
    select
        counted.*,
        households.district_code
    from {{ rows }} as counted
    inner join {{ ref('int_household_year') }} as households
        on
            counted.source_file_id = households.source_file_id
            and counted.{{ row_number }} = households.source_row
    where households.is_district_over and households.district_code is not null
{%- endmacro %}

{# Counts by former district in the columns of sum_to_areas: a relation by survey_year, district_code and `by`. #}
{% macro as_former_districts(counts, by, names) -%}
    select
        survey_year,
        'district' as area_level,
        'harmonised' as boundary,
        district_code as area_code,
        {{ by | join(', ') }},
        {% for name in names -%}
        cast({{ name }} as bigint) as {{ name }}{{ ',' if not loop.last }}
        {% endfor -%}
    from {{ counts }}
{%- endmacro %}

{# Children and the households they live in, of rows of int_household_children. #}
{% macro child_counts(rows, by) -%}
    select
        {{ by | join(', ') }},
        poverty_class,
        count(*) as households,
        sum(children) as children,
        {% for indicator in indicators() -%}
        sum(case when is_deprived_{{ indicator }} then children else 0 end) as deprived_{{ indicator }}
        {{- ',' if not loop.last }}
        {% endfor -%}
    from {{ rows }}
    group by {{ by | join(', ') }}, poverty_class
{%- endmacro %}

{% macro child_count_names() -%}
    {{ return(['households', 'children'] + prefixed('deprived_', indicators())) }}
{%- endmacro %}

{# Households and their persons by ethnic group of the head, of rows of int_household_ethnicity. #}
{% macro ethnicity_counts(rows, by) -%}
    select
        {{ by | join(', ') }},
        poverty_class,
        ethnicity_code,
        count(*) as households,
        coalesce(sum(member_count), 0) as persons
    from {{ rows }}
    group by {{ by | join(', ') }}, poverty_class, ethnicity_code
{%- endmacro %}

{# Persons by sex and age, of rows of int_person. Insurance is null where no form asks for it. #}
{% macro person_counts(rows, by) -%}
    select
        {{ by | join(', ') }},
        poverty_class,
        sex,
        age_group,
        count(*) as persons,
        sum(case when has_health_insurance then 0 when not has_health_insurance then 1 end)
            as persons_without_health_insurance
    from {{ rows }}
    group by {{ by | join(', ') }}, poverty_class, sex, age_group
{%- endmacro %}
