{# The pace is a straight line (least squares) through the last three loaded years up to the row's. It is no forecast:
   it says where the same pace would lead. #}
{% set pace_years = 3 -%}
with

targets as (
    select
        target_id,
        area_code,
        survey_year as target_year,
        operator,
        value_pct,
        cast(value_pct as double) / 100 as target_value
    from {{ source('reference', 'targets') }}
    where measure = 'poor_rate'
),

standards as (
    select distinct standard_code, first_survey_year, last_survey_year
    from {{ source('reference', 'poverty_standards') }}
),

first_standard as (
    select standard_code
    from standards
    order by first_survey_year
    limit 1
),

{# The plan was written on the first standard: applied to every year, it shows what the change of 2027 hides. A score
   is preferred to income as that standard's own test; years of the new forms have income only. #}
constant_standard as (
    select
        series.*,
        row_number() over (
            partition by series.area_code, series.survey_year
            order by case when series.basis = 'score' then 0 else 1 end
        ) as preference
    from {{ ref('area_year_constant_standard') }} as series
    where
        series.boundary = 'as_reviewed'
        and series.standard_code in (select first_standard.standard_code from first_standard)
),

areas as (
    select
        areas.*,
        standards.standard_code,
        row_number() over (partition by areas.area_code order by areas.survey_year) as year_number
    from {{ ref('area_year') }} as areas
    inner join standards
        on areas.survey_year between standards.first_survey_year and standards.last_survey_year
    where areas.boundary = 'as_reviewed'
),

lines as (
    select
        targets.target_id,
        areas.survey_year,
        min(points.survey_year) as pace_first_year,
        count(distinct points.standard_code) = 1 as pace_is_on_one_standard,
        regr_slope(points.poor_rate, points.survey_year - targets.target_year) as pace_per_year,
        greatest(regr_intercept(points.poor_rate, points.survey_year - targets.target_year), 0) as projected_poor_rate
    from targets
    inner join areas
        on
            targets.area_code = areas.area_code
            and targets.target_year > areas.survey_year
    inner join areas as points
        on
            areas.area_code = points.area_code
            and points.year_number between areas.year_number - {{ pace_years - 1 }} and areas.year_number
    where points.poor_rate is not null
    group by targets.target_id, areas.survey_year
    having count(*) = {{ pace_years }}
),

compared as (
    select
        targets.target_id,
        targets.target_year,
        targets.operator,
        targets.target_value,
        areas.survey_year,
        areas.area_code,
        areas.standard_code,
        areas.poor_rate,
        areas.poor_households,
        areas.resident_households,
        case targets.operator
            when '<' then areas.poor_households * 100 < targets.value_pct * areas.resident_households
            when '<=' then areas.poor_households * 100 <= targets.value_pct * areas.resident_households
        end as is_met,
        {# The most poor households with which the target is met. #}
        case targets.operator
            when '<' then
                ceil(targets.value_pct * areas.resident_households * cast(0.01 as decimal(3, 2))) - 1
            when '<=' then
                floor(targets.value_pct * areas.resident_households * cast(0.01 as decimal(3, 2)))
        end as allowed_households
    from targets
    inner join areas
        on
            targets.area_code = areas.area_code
            and targets.target_year >= areas.survey_year
)

select
    compared.target_id,
    compared.survey_year,
    compared.poor_rate,
    compared.target_value,
    compared.poor_rate - compared.target_value as gap,
    compared.is_met,
    compared.target_year - compared.survey_year as years_left,
    compared.poor_households,
    compared.resident_households,
    cast(greatest(compared.poor_households - compared.allowed_households, 0) as bigint) as gap_households,
    lines.pace_first_year,
    lines.pace_is_on_one_standard,
    lines.pace_per_year,
    lines.projected_poor_rate,
    case compared.operator
        when '<' then lines.projected_poor_rate < compared.target_value
        when '<=' then lines.projected_poor_rate <= compared.target_value
    end as pace_reaches_target,
    case
        when lines.projected_poor_rate <= compared.target_value then 0
        else cast(
            ceil((lines.projected_poor_rate - compared.target_value) * compared.resident_households) as bigint
        )
    end as projected_gap_households,
    compared.standard_code,
    constant_standard.standard_code as constant_standard_code,
    constant_standard.basis as constant_standard_basis,
    constant_standard.is_complete as constant_standard_is_complete,
    constant_standard.poor_households as constant_standard_poor_households,
    constant_standard.uncertain_households as constant_standard_uncertain_households,
    constant_standard.poor_rate as constant_standard_poor_rate,
    constant_standard.poor_rate - compared.target_value as constant_standard_gap
from compared
left join lines
    on {{ equal_on('compared', 'lines', ['target_id', 'survey_year']) }}
left join constant_standard
    on
        {{ equal_on('compared', 'constant_standard', ['area_code', 'survey_year']) }}
        and constant_standard.preference = 1
