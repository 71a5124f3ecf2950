{# Discrete Kaplan-Meier hazards. A spell whose next year is not known was not at risk in it: it counts up to the year
   before. Re-entry is to the poor list; no row means not on it, until a household has left the list for good. #}
{% set key = ['area_level', 'area_code', 'event', 'duration_years'] -%}
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

{# Households that left the list and were not seen again. #}
gone as (
    select
        household_id,
        max(survey_year) as left_list_year
    from {{ ref('fct_household_year') }}
    group by household_id
    having max(survey_year) = max(case when poverty_class = 'left_list' then survey_year end)
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

ended as (
    select
        {{ key | join(', ') }},
        count(*) as spells,
        {{ households_where('is_event') }} as events
    from areas
    where duration_years > 0
    group by {{ key | join(', ') }}
),

longest as (
    select area_level, area_code, event, max(duration_years) as duration_years
    from ended
    group by area_level, area_code, event
),

{# Every number of years up to the longest, also where the years between were not surveyed. #}
durations as (
    select distinct later.survey_year - earlier.survey_year + 1 as duration_years
    from {{ source('reference', 'survey_years') }} as later
    inner join {{ source('reference', 'survey_years') }} as earlier on later.survey_year >= earlier.survey_year
),

{# Whoever ended later was at risk before. #}
at_risk as (
    select
        {{ qualified('longest', ['area_level', 'area_code', 'event']) }},
        durations.duration_years,
        coalesce(ended.events, 0) as events,
        sum(coalesce(ended.spells, 0)) over (
            partition by {{ qualified('longest', ['area_level', 'area_code', 'event']) }}
            order by durations.duration_years desc
            rows unbounded preceding
        ) as at_risk
    from longest
    inner join durations on longest.duration_years >= durations.duration_years
    left join ended
        on
            {{ equal_on('longest', 'ended', ['area_level', 'area_code', 'event']) }}
            and durations.duration_years = ended.duration_years
),

measured as (
    select
        *,
        {{ ratio('events', 'at_risk') }} as hazard
    from at_risk
)

select
    {{ qualified('measured', ['area_level', 'area_code', 'event']) }},
    cast(measured.duration_years as integer) as duration_years,
    names.area_name,
    cast(measured.at_risk as bigint) as at_risk,
    measured.events,
    measured.hazard
from measured
inner join names on {{ equal_on('measured', 'names', ['area_level', 'area_code']) }}
