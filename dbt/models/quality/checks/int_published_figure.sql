{% set series_values = [
    ('resident_households', 'resident_households', 'all', 'households'),
    ('poor_households', 'households', 'poor', 'households'),
    ('near_poor_households', 'households', 'near_poor', 'households'),
    ('poor_rate_pct', 'poor_rate', 'poor', 'percent'),
    ('near_poor_rate_pct', 'near_poor_rate', 'near_poor', 'percent'),
] -%}
with

plan as (
    select * from {{ source('reference', 'published_figures_2021') }}
),

names as (
    select * from {{ source('reference', 'published_figure_names') }}
),

series as (
    select
        *,
        row_number() over (partition by survey_year order by area asc, series asc) as series_number
    from {{ source('reference', 'published_series') }}
),

figures as (
    select
        figure_id,
        'plan' as publication,
        survey_year,
        area,
        measure,
        measure as counted,
        coalesce(poverty_class, 'all') as poverty_class,
        unit,
        value as published_value,
        share_of,
        sum_of,
        plan_section
    from plan
    {% for column, counted, poverty_class, unit in series_values -%}
    union all
    select
        'S' || cast(survey_year as {{ dbt.type_string() }})
        || case when series_number > 1 then '-' || cast(series_number as {{ dbt.type_string() }}) else '' end
        || '.{{ column }}',
        'series',
        survey_year,
        area,
        '{{ column }}',
        '{{ counted }}',
        '{{ poverty_class }}',
        '{{ unit }}',
        cast({{ column }} as decimal(18, 6)),
        null,
        null,
        null
    from series
    where {{ column }} is not null
    {% endfor -%}
),

{# How many digits a figure is printed with. #}
printed as (
    select
        *,
        case
            when unit <> 'percent' then 0
            when published_value = floor(published_value) then 0
            when published_value * 10 = floor(published_value * 10) then 1
            when published_value * 100 = floor(published_value * 100) then 2
            else 3
        end as decimals
    from figures
)

select
    printed.*,
    names.name_vi,
    case when printed.area like '%:%' then split_part(printed.area, ':', 1) else 'province' end as area_level,
    split_part(printed.area, ':', -1) as area_code,
    case when printed.unit = 'percent' then 0.5 / power(10, printed.decimals) else 0 end as rounding
from printed
left join names
    on names.name_id = case when printed.publication = 'plan' then printed.figure_id else printed.measure end
