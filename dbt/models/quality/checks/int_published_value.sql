with

figures as (
    select * from {{ ref('int_published_figure') }}
),

areas as (
    select * from {{ ref('area_year') }}
    where boundary = 'as_reviewed'
),

territory as (
    select * from {{ ref('int_territory') }}
),

counted as (
    {% for column, counted, poverty_class in [
        ('resident_households', 'resident_households', 'all'),
        ('communes_expected', 'communes', 'all'),
        ('poor_households', 'households', 'poor'),
        ('near_poor_households', 'households', 'near_poor'),
        ('100 * poor_rate', 'poor_rate', 'poor'),
        ('100 * near_poor_rate', 'near_poor_rate', 'near_poor'),
        ('group_1_households + group_2_households', 'able_to_escape_households', 'poor_or_near_poor'),
        ('female_headed_households', 'female_headed_households', 'poor_or_near_poor'),
        ('ethnic_minority_headed_households', 'ethnic_minority_headed_households', 'poor_or_near_poor'),
        ('merit_households', 'merit_households', 'poor_or_near_poor'),
        ('social_protection_households', 'social_protection_households', 'poor_or_near_poor'),
        ('group_1_households', 'group_1_households', 'poor_or_near_poor'),
        ('group_2_households', 'group_2_households', 'poor_or_near_poor'),
        ('group_3_households', 'group_3_households', 'poor_or_near_poor'),
    ] -%}
    select
        survey_year,
        area_level,
        area_code,
        '{{ counted }}' as counted,
        '{{ poverty_class }}' as poverty_class,
        cast({{ column }} as double) as warehouse_value
    from areas
    union all
    {% endfor -%}
    {% for poverty_class in ['poor', 'near_poor'] -%}
    select
        areas.survey_year,
        'province',
        territory.area_code,
        areas.area_code || '_households',
        '{{ poverty_class }}',
        areas.{{ poverty_class }}_households
    from areas
    cross join territory
    where areas.area_level = 'area_class'
    union all
    {% endfor -%}
    select
        communes.survey_year,
        'province',
        territory.area_code,
        'districts',
        'all',
        count(distinct communes.district_code)
    from {{ ref('int_commune_year') }} as communes
    cross join territory
    group by communes.survey_year, territory.area_code
    union all
    select
        survey_year,
        area_level,
        area_code,
        'deprived_households:' || indicator_code,
        poverty_class,
        deprived_households
    from {{ ref('indicator_area_year') }}
    where boundary = 'as_reviewed'
    union all
    select survey_year, area_level, area_code, 'need_households:' || need_code, 'poor_or_near_poor', households
    from {{ ref('need_area_year') }}
    where boundary = 'as_reviewed'
    union all
    select
        figures.survey_year,
        figures.area_level,
        figures.area_code,
        figures.counted,
        figures.poverty_class,
        sum(
            case
                when
                    100 * areas.poor_households
                    between cast(split_part(figures.counted, '_', 4) as integer) * areas.resident_households
                    and cast(split_part(figures.counted, '_', 6) as integer) * areas.resident_households
                    then 1
                else 0
            end
        )
    from figures
    inner join areas on figures.survey_year = areas.survey_year and areas.area_level = 'commune'
    where figures.counted like 'communes_poor_rate_%_to_%'
    group by figures.survey_year, figures.area_level, figures.area_code, figures.counted, figures.poverty_class
),

found as (
    select
        figures.figure_id,
        counted.warehouse_value
    from figures
    inner join counted
        on {{ equal_on('figures', 'counted', ['survey_year', 'area_level', 'area_code', 'counted', 'poverty_class']) }}
),

shares as (
    select
        relations.stated_id as figure_id,
        100 * sum(case when relations.role = 'upper' then found.warehouse_value end)
        / nullif(sum(case when relations.role = 'lower' then found.warehouse_value end), 0) as warehouse_value
    from {{ ref('int_published_relation') }} as relations
    inner join figures on relations.stated_id = figures.figure_id and figures.counted = 'share'
    left join found on relations.figure_id = found.figure_id
    where relations.kind = 'share' and relations.role <> 'stated'
    group by relations.stated_id
    having count(*) = count(found.warehouse_value)
)

select * from found
union all
select * from shares
