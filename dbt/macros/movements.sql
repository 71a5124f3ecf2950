{# The lists of the movement table, and where a household stands towards them: on one, above the line, or nowhere. #}
{% macro poverty_lists() -%}
    {{ return(['poor', 'near_poor']) }}
{%- endmacro %}

{% macro on_a_list(poverty_class) -%} {{ poverty_class }} in ('poor', 'near_poor') {%- endmacro %}

{% macro above_the_line(poverty_class) -%} {{ poverty_class }} in ('average', 'non_poor') {%- endmacro %}

{% macro is_gone(poverty_class) -%} {{ poverty_class }} in ('left_list', 'not_listed') {%- endmacro %}

{% macro list_status(poverty_class) -%}
    case
        when {{ on_a_list(poverty_class) }} then {{ poverty_class }}
        when {{ above_the_line(poverty_class) }} then 'above'
        else 'gone'
    end
{%- endmacro %}

{# Joins the areas of one side of a movement as `<side>_areas`: all of them, or those that share the named columns with
   the other side, which was joined before. #}
{% macro join_areas_of(side, flows, kind='inner', other=none, shared=[]) -%}
    {{ kind }} join blocks as {{ side }}_areas
        on
            {{ flows }}.survey_year = {{ side }}_areas.survey_year
            and {{ flows }}.{{ side }}_commune_code = {{ side }}_areas.commune_code
            and {{ flows }}.{{ side }}_district_code is not distinct from {{ side }}_areas.district_code
            {%- if shared %}
            and {{ equal_on(other ~ '_areas', side ~ '_areas', shared) }}
            {%- endif %}
{%- endmacro %}

{# Whether both sides of a movement are in the same area of the level. #}
{% macro is_in_same_area() -%}
    coalesce(from_areas.area_code = to_areas.area_code, false)
{%- endmacro %}

{# The sum of a column over some lines, zero where there are none. #}
{% macro sum_of_lines(amount, lines) -%}
    coalesce(sum(case when line in ('{{ lines | join("', '") }}') then {{ amount }} end), 0)
{%- endmacro %}

{# Whether a household is on a list (1 or 0) under a standard, with its income of one year and its deprivations of one
   year: what a Shapley value is taken of, in rows of `tested`. Standards and years are `from` or `to`. #}
{% macro is_listed_under(list, standard, income, deprivation) -%}
    tested.meets_{{ standard }}_{{ income }} * {{ '(1 - ' if list == 'near_poor' }}tested.deprived_{{ standard }}_{{ deprivation }}
    {{- ')' if list == 'near_poor' }}
{%- endmacro %}

{# Four times each effect, so that they stay whole numbers. Standard and life are two players; within life, income and
   deprivations are two players under either standard. #}
{% macro standard_effect_times_4(list) -%}
    2 * (
        {%- for year in ['from', 'to'] %}
        {{ '+ ' if not loop.first }}{{ is_listed_under(list, 'to', year, year) }} - {{ is_listed_under(list, 'from', year, year) }}
        {%- endfor %}
    )
{%- endmacro %}

{% macro income_effect_times_4(list) -%}
    {%- for standard in ['from', 'to'] -%}
    {%- set last_standard = loop.last -%}
    {%- for year in ['from', 'to'] %}
    {{ is_listed_under(list, standard, 'to', year) }} - {{ is_listed_under(list, standard, 'from', year) }}
    {{- ' +' if not (last_standard and loop.last) }}
    {%- endfor -%}
    {%- endfor -%}
{%- endmacro %}

{% macro deprivation_effect_times_4(list) -%}
    {%- for standard in ['from', 'to'] -%}
    {%- set last_standard = loop.last -%}
    {%- for year in ['from', 'to'] %}
    {{ is_listed_under(list, standard, year, 'to') }} - {{ is_listed_under(list, standard, year, 'from') }}
    {{- ' +' if not (last_standard and loop.last) }}
    {%- endfor -%}
    {%- endfor -%}
{%- endmacro %}

{# The effects of a table of decompositions, from sums of four times each: exact decimals. #}
{% macro change_effects() -%}
    {{ return(['standard', 'income', 'deprivation', 'real', 'recognition']) }}
{%- endmacro %}

{% macro divide_by_4(four_effects) -%}
    cast(cast({{ four_effects }} as bigint) * cast(0.25 as decimal(3, 2)) as decimal(18, 2))
{%- endmacro %}

{# Discrete Kaplan-Meier hazards of a relation of histories: `event`, `duration_years`, `is_event` and the columns of by.
   Whoever ended later was at risk before. #}
{% macro discrete_hazards(histories, by) -%}
    {%- set by = by + ['event'] -%}
    with

    ended as (
        select
            {{ by | join(', ') }},
            duration_years,
            count(*) as spells,
            {{ households_where('is_event') }} as events
        from {{ histories }}
        where duration_years > 0
        group by {{ by | join(', ') }}, duration_years
    ),

    longest as (
        select {{ by | join(', ') }}, max(duration_years) as duration_years
        from ended
        group by {{ by | join(', ') }}
    ),

    {# Every number of years up to the longest, also where the years between were not surveyed. #}
    durations as (
        select distinct later.survey_year - earlier.survey_year + 1 as duration_years
        from {{ source('reference', 'survey_years') }} as later
        inner join {{ source('reference', 'survey_years') }} as earlier on later.survey_year >= earlier.survey_year
    ),

    at_risk as (
        select
            {{ qualified('longest', by) }},
            durations.duration_years,
            coalesce(ended.events, 0) as events,
            sum(coalesce(ended.spells, 0)) over (
                partition by {{ qualified('longest', by) }}
                order by durations.duration_years desc
                rows unbounded preceding
            ) as at_risk
        from longest
        inner join durations on longest.duration_years >= durations.duration_years
        left join ended on {{ equal_on('longest', 'ended', by) }} and durations.duration_years = ended.duration_years
    )

    select
        {{ by | join(', ') }},
        cast(duration_years as integer) as duration_years,
        cast(at_risk as bigint) as at_risk,
        events,
        {{ ratio('events', 'at_risk') }} as hazard
    from at_risk
{%- endmacro %}

{# Households that left the list and were not seen again. #}
{% macro households_that_left_for_good() -%}
    select
        household_id,
        max(survey_year) as left_list_year
    from {{ ref('fct_household_year') }}
    group by household_id
    having max(survey_year) = max(case when poverty_class = 'left_list' then survey_year end)
{%- endmacro %}
