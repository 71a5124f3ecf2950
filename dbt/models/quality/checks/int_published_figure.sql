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
)

select
    figures.*,
    names.name_vi,
    case when figures.area like '%:%' then split_part(figures.area, ':', 1) else 'province' end as area_level,
    case when figures.area like '%:%' then split_part(figures.area, ':', 2) else figures.area end as area_code,
    case
        when figures.unit <> 'percent' then 0
        when figures.published_value = floor(figures.published_value) then 0
        when figures.published_value * 10 = floor(figures.published_value * 10) then 1
        when figures.published_value * 100 = floor(figures.published_value * 100) then 2
        else 3
    end as decimals,
    case
        when figures.unit <> 'percent' then 0
        when figures.published_value = floor(figures.published_value) then 0.5
        when figures.published_value * 10 = floor(figures.published_value * 10) then 0.05
        when figures.published_value * 100 = floor(figures.published_value * 100) then 0.005
        else 0.0005
    end as rounding
from figures
left join names
    on names.name_id = case when figures.publication = 'plan' then figures.figure_id else figures.measure end
