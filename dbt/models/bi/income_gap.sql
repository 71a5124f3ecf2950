{# Foster, Greer and Thorbecke (1984). Gaps are summed as exact decimals for each line and divided once; an income below
   zero is no income. A year whose form asks for no income has no rows. #}
with

reviewed as (
    select
        households.survey_year,
        communes.harmonised_commune_code,
        households.standard_code,
        households.income_line_vnd,
        cast(coalesce(households.member_count, 0) as integer) as member_count,
        case when {{ on_a_list('households.recorded_class') }} then 1 else 0 end as listed,
        case
            when {{ on_a_list('households.recorded_class') }} and households.income_per_capita_vnd >= 0 then 1
            else 0
        end as listed_with_income,
        case
            when households.income_per_capita_vnd between 0 and households.income_line_vnd
                then cast(households.income_line_vnd - households.income_per_capita_vnd as decimal(19, 3))
        end as gap_vnd
    from {{ ref('int_household_classified') }} as households
    inner join {{ ref('int_commune_year') }} as communes
        on {{ equal_on('households', 'communes', ['survey_year', 'commune_code']) }}
    where households.recorded_class <> 'left_list'
),

of_communes as (
    {% for unit, size in {'household': '1', 'person': 'member_count'}.items() -%}
    select
        survey_year,
        harmonised_commune_code,
        standard_code,
        income_line_vnd,
        '{{ unit }}' as unit,
        sum(listed * {{ size }}) as listed,
        sum(listed_with_income * {{ size }}) as listed_with_income,
        coalesce(sum(case when gap_vnd is not null then {{ size }} end), 0) as below_line,
        coalesce(sum(gap_vnd * {{ size }}), 0) as gap_vnd,
        coalesce(sum(cast(gap_vnd * gap_vnd as decimal(26, 6)) * {{ size }}), 0) as squared_gap
    from reviewed
    group by survey_year, harmonised_commune_code, standard_code, income_line_vnd
    {{ 'union all' if not loop.last }}
    {% endfor -%}
),

placed as (
    {{ placed_in_harmonised_areas('of_communes') | indent(4) }}
),

of_lines as (
    select
        area_key,
        survey_year,
        unit,
        standard_code,
        income_line_vnd,
        sum(listed) as listed,
        sum(listed_with_income) as listed_with_income,
        sum(below_line) as below_line,
        sum(gap_vnd) as gap_vnd,
        cast(sum(gap_vnd) as double) / income_line_vnd as gap_of_line,
        cast(sum(squared_gap) as double) / income_line_vnd / income_line_vnd as squared_gap_of_line
    from placed
    group by area_key, survey_year, unit, standard_code, income_line_vnd
),

of_areas as (
    select
        area_key,
        survey_year,
        unit,
        max(standard_code) as standard_code,
        cast(sum(listed) as bigint) as listed,
        cast(sum(listed_with_income) as bigint) as listed_with_income,
        cast(sum(below_line) as bigint) as below_line,
        cast(sum(gap_vnd) as double) as gap_vnd,
        sum(gap_of_line) as gap_of_line,
        sum(squared_gap_of_line) as squared_gap_of_line
    from of_lines
    group by area_key, survey_year, unit
    having sum(listed_with_income) > 0
),

areas as (
    {% for unit in ['household', 'person'] -%}
    select area_key, survey_year, '{{ unit }}' as unit, resident_{{ unit }}s as residents
    from {{ ref('area_figures') }}
    {{ 'union all' if not loop.last }}
    {% endfor -%}
)

select
    of_areas.area_key,
    of_areas.survey_year,
    of_areas.unit,
    of_areas.standard_code,
    areas.residents,
    of_areas.listed,
    of_areas.listed_with_income,
    of_areas.below_line,
    of_areas.gap_vnd / nullif(of_areas.below_line, 0) as mean_gap_vnd,
    of_areas.gap_of_line / nullif(of_areas.below_line, 0) as income_gap_ratio,
    of_areas.gap_of_line / nullif(areas.residents, 0) as poverty_gap,
    of_areas.squared_gap_of_line / nullif(areas.residents, 0) as squared_poverty_gap,
    of_areas.listed_with_income < of_areas.listed as is_lower_bound
from of_areas
inner join areas on {{ equal_on('of_areas', 'areas', ['area_key', 'survey_year', 'unit']) }}
