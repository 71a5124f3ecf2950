{# Discrete Kaplan-Meier hazards. A spell whose next year is not known was not at risk in it: it counts up to the year
   before. Re-entry is to the poor list; no row means not on it, until a household has left the list for good. #}
with

survey_years as (
    select * from {{ ref('int_survey_year') }}
),

spells as (
    select
        *,
        lead(start_year) over (partition by household_id order by start_year) as next_start_year
    from {{ ref('poverty_spell') }}
),

gone as (
    {{ households_that_left_for_good() | indent(4) }}
),

exits as (
    select
        household_id,
        district_code,
        'exit' as event,
        not is_right_censored as is_event,
        case when is_right_censored then length_years - 1 else length_years end as duration_years
    from spells
    where not is_left_censored
),

last_loaded as (
    select max(survey_year) as survey_year from survey_years
),

{# The first year out of poverty is the one after the spell. #}
re_entries as (
    select
        spells.household_id,
        spells.district_code,
        're_entry' as event,
        spells.next_start_year is not null as is_event,
        coalesce(spells.next_start_year, gone.left_list_year - 1, last_loaded.survey_year)
        - spells.end_year - 1 as duration_years
    from spells
    cross join last_loaded
    left join gone on spells.household_id = gone.household_id
    where not spells.is_right_censored
),

histories as (
    select * from exits
    union all
    select * from re_entries
),

placed as (
    select
        histories.*,
        territory.area_code as province_area_code,
        territory.area_name as province_area_name,
        districts.district_name,
        districts.former_province_code,
        districts.former_province_name
    from histories
    cross join {{ ref('int_territory') }} as territory
    left join {{ ref('int_district') }} as districts on histories.district_code = districts.district_code
),

areas as (
    {% for area_level, area_code, area_name in [
        ('province', 'province_area_code', 'province_area_name'),
        ('former_province', "'former-' || former_province_code", 'former_province_name'),
        ('district', 'district_code', 'district_name'),
    ] -%}
    select
        '{{ area_level }}' as area_level,
        {{ area_code }} as area_code,
        {{ area_name }} as area_name,
        event,
        duration_years,
        is_event
    from placed
    where {{ area_code }} is not null
    {{ 'union all' if not loop.last }}
    {% endfor -%}
),

names as (
    select distinct area_level, area_code, area_name from areas
),

measured as (
    {{ discrete_hazards('areas', ['area_level', 'area_code']) | indent(4) }}
)

select
    {{ qualified('measured', ['area_level', 'area_code', 'event', 'duration_years']) }},
    names.area_name,
    measured.at_risk,
    measured.events,
    measured.hazard
from measured
inner join names on {{ equal_on('measured', 'names', ['area_level', 'area_code']) }}
