with

survey_years as (
    select max(survey_year) as last_survey_year from {{ ref('int_survey_year') }}
),

records as (
    select
        household_id,
        survey_year,
        poverty_class,
        survey_year - 1 - coalesce(
            lag(survey_year) over (partition by household_id order by survey_year),
            {{ var('first_survey_year', 2021) }} - 1
        ) as years_without_row,
        case poverty_class
            when 'poor' then 'P'
            when 'near_poor' then 'C'
            when 'average' then 'A'
            when 'non_poor' then 'N'
            else 'X'
        end as letter
    from {{ ref('fct_household_year') }}
),

paths as (
    select
        records.household_id,
        concat(
            {{ concat_in_order("repeat('-', records.years_without_row) || records.letter", 'records.survey_year') }},
            repeat('-', max(survey_years.last_survey_year) - max(records.survey_year))
        ) as class_path,
        {{ households_where("records.letter <> 'X'") }} as years_reviewed,
        {{ households_where("records.letter = 'P'") }} as years_poor,
        {{ households_where("records.letter = 'C'") }} as years_near_poor,
        min(case when records.letter <> 'X' then records.survey_year end) as first_reviewed_year,
        max(case when records.letter <> 'X' then records.survey_year end) as last_reviewed_year
    from records
    cross join survey_years
    group by records.household_id
),

spells as (
    select household_id, count(*) as poor_spells, max(length_years) as longest_poor_spell
    from {{ ref('poverty_spell') }}
    group by household_id
),

movements as (
    select
        household_id,
        max(case when movement in ('poor_to_above', 'near_poor_to_above') then to_year end) as last_escape_year,
        bool_or(movement = 'returned_to_poor') as returned_to_poor
    from {{ ref('fct_household_transition') }}
    where movement in ('poor_to_above', 'near_poor_to_above', 'returned_to_poor')
    group by household_id
)

select
    paths.household_id,
    paths.class_path,
    cast(paths.years_poor as integer) as years_poor,
    cast(paths.years_near_poor as integer) as years_near_poor,
    cast(coalesce(spells.poor_spells, 0) as integer) as poor_spells,
    cast(coalesce(spells.longest_poor_spell, 0) as integer) as longest_poor_spell,
    movements.last_escape_year,
    coalesce(movements.returned_to_poor, false) as returned_to_poor,
    case
        when paths.years_reviewed <= 1 then 'single_record'
        when paths.years_poor = 0 then 'never_poor'
        when paths.years_poor = paths.years_reviewed then 'always_poor'
        when {{ above_the_line('last_records.poverty_class') }} then 'escaped'
        when spells.poor_spells >= 2 then 'returned'
        when first_records.poverty_class <> 'poor' and last_records.poverty_class = 'poor' then 'entered'
        else 'transient'
    end as trajectory
from paths
left join records as first_records
    on
        paths.household_id = first_records.household_id
        and paths.first_reviewed_year = first_records.survey_year
left join records as last_records
    on
        paths.household_id = last_records.household_id
        and paths.last_reviewed_year = last_records.survey_year
left join spells on paths.household_id = spells.household_id
left join movements on paths.household_id = movements.household_id
