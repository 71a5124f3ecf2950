{# Runs of consecutive years as a poor household. The poor list is complete where a commune reviewed, so a household
   without a row was not on it; where that is not sure the start is not known. A year without a row after a poor one
   tells nothing: a listed household must have a row. #}
with

survey_years as (
    select
        survey_year,
        max(survey_year) over () as last_survey_year
    from {{ ref('int_survey_year') }}
),

households as (
    select * from {{ ref('fct_household_year') }}
),

reviewed as (
    select
        household_id,
        survey_year,
        poverty_class,
        lag(survey_year) over (partition by household_id order by survey_year) as previous_year,
        lag(poverty_class) over (partition by household_id order by survey_year) as previous_class
    from households
    where poverty_class <> 'left_list'
),

poor as (
    select
        household_id,
        survey_year,
        sum(
            case when previous_class = 'poor' and previous_year = survey_year - 1 then 0 else 1 end
        ) over (partition by household_id order by survey_year rows unbounded preceding) as spell_number
    from reviewed
    where poverty_class = 'poor'
),

spells as (
    select
        household_id,
        spell_number,
        min(survey_year) as start_year,
        max(survey_year) as end_year,
        count(*) as length_years
    from poor
    group by household_id, spell_number
),

{# Communes of which the whole territory was reviewed the year before. #}
reviewed_before as (
    select survey_year, commune_code
    from {{ ref('int_commune_year_bridge') }}
    where previous_survey_year = survey_year - 1
    group by survey_year, commune_code
    having bool_and(is_received_before)
),

arrivals as (
    select household_id, to_year
    from {{ ref('fct_household_transition') }}
    where movement = 'arrived_poor'
),

started as (
    select
        spells.*,
        coalesce(starts.previous_year = spells.start_year - 1, false)
        or (
            reviewed_before.commune_code is not null
            and arrivals.household_id is null
            and coalesce(starts.previous_class, '') <> 'poor'
        ) as is_start_observed
    from spells
    inner join reviewed as starts
        on
            spells.household_id = starts.household_id
            and spells.start_year = starts.survey_year
    inner join households as start_rows
        on
            spells.household_id = start_rows.household_id
            and spells.start_year = start_rows.survey_year
    left join reviewed_before
        on
            spells.start_year = reviewed_before.survey_year
            and start_rows.commune_code = reviewed_before.commune_code
    left join arrivals
        on
            spells.household_id = arrivals.household_id
            and spells.start_year = arrivals.to_year
),

ended as (
    select
        started.*,
        last_rows.harmonised_commune_code,
        last_rows.district_code,
        case
            when started.end_year = survey_years.last_survey_year then 'still_poor'
            when next_rows.poverty_class = 'near_poor' then 'to_near_poor'
            when {{ above_the_line('next_rows.poverty_class') }} then 'to_above'
            when next_rows.poverty_class = 'left_list' then 'left_list'
            else 'no_row'
        end as exit_type
    from started
    inner join survey_years on started.end_year = survey_years.survey_year
    inner join households as last_rows
        on
            started.household_id = last_rows.household_id
            and started.end_year = last_rows.survey_year
    left join households as next_rows
        on
            started.household_id = next_rows.household_id
            and started.end_year + 1 = next_rows.survey_year
)

select
    household_id,
    start_year,
    end_year,
    cast(spell_number as integer) as spell_number,
    cast(length_years as integer) as length_years,
    not is_start_observed as is_left_censored,
    exit_type in ('still_poor', 'left_list', 'no_row') as is_right_censored,
    exit_type,
    harmonised_commune_code,
    district_code
from ended
