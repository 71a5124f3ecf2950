with

targets as (
    select
        target_id,
        area_code,
        survey_year as target_year,
        operator,
        value_pct
    from {{ ref('targets') }}
    where measure = 'poor_rate'
),

areas as (
    select * from {{ ref('area_year') }}
    where boundary = 'as_reviewed'
)

select
    targets.target_id,
    areas.survey_year,
    areas.poor_rate,
    cast(targets.value_pct as double) / 100 as target_value,
    areas.poor_rate - cast(targets.value_pct as double) / 100 as gap,
    case targets.operator
        when '<' then areas.poor_households * 100 < targets.value_pct * areas.resident_households
        when '<=' then areas.poor_households * 100 <= targets.value_pct * areas.resident_households
    end as is_met,
    targets.target_year - areas.survey_year as years_left
from targets
inner join areas
    on
        targets.area_code = areas.area_code
        and targets.target_year >= areas.survey_year
