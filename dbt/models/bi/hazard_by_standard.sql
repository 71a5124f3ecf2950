{# The hazards of marts.poverty_hazard, of one standard at a time: only spells that began, and exits that happened,
   between two years of it. A spell that the next standard meets is known up to the year before. #}
with

standards as (
    select
        standard_code,
        min(survey_year) as first_survey_year,
        max(survey_year) as last_survey_year
    from {{ ref('dim_year') }}
    where is_in_release and standard_code is not null
    group by standard_code
),

last_loaded as (
    select max(last_survey_year) as survey_year from standards
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
        standards.standard_code,
        'exit' as event,
        not spells.is_right_censored and spells.end_year < standards.last_survey_year as is_event,
        case
            when not spells.is_right_censored and spells.end_year < standards.last_survey_year then spells.length_years
            else least(spells.end_year, standards.last_survey_year) - spells.start_year
        end as duration_years
    from spells
    inner join standards
        on
            spells.start_year > standards.first_survey_year
            and spells.start_year <= standards.last_survey_year
    where not spells.is_left_censored
),

re_entries as (
    select
        standards.standard_code,
        're_entry' as event,
        coalesce(spells.next_start_year <= standards.last_survey_year, false) as is_event,
        least(
            coalesce(spells.next_start_year, gone.left_list_year - 1, last_loaded.survey_year),
            standards.last_survey_year
        ) - spells.end_year - 1 as duration_years
    from spells
    inner join standards
        on
            spells.end_year >= standards.first_survey_year
            and spells.end_year < standards.last_survey_year
    cross join last_loaded
    left join gone on spells.household_id = gone.household_id
    where not spells.is_right_censored
),

histories as (
    select * from exits
    union all
    select * from re_entries
),

measured as (
    {{ discrete_hazards('histories', ['standard_code']) | indent(4) }}
)

select
    {{ area_key_text("'harmonised'", "'province'", 'territory.area_code') }} as area_key,
    measured.standard_code,
    measured.event,
    measured.duration_years,
    measured.at_risk,
    measured.events,
    measured.hazard
from measured
cross join {{ ref('int_territory') }} as territory
