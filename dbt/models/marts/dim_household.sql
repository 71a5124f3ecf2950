with

household_years as (
    select * from {{ ref('fct_household_year') }}
),

links as (
    select * from {{ ref('int_household_link') }}
)

select
    household_years.household_id,
    min(household_years.survey_year) as first_survey_year,
    max(household_years.survey_year) as last_survey_year,
    cast({{ households_where("household_years.poverty_class <> 'left_list'") }} as integer) as years_reviewed,
    -- A chain is as good as its weakest link.
    case
        when bool_or(links.link_grade = 'probable') then 'probable'
        when bool_or(links.link_grade = 'strong') then 'strong'
        when bool_or(links.link_grade = 'certain') then 'certain'
        else 'single'
    end as link_quality
from household_years
inner join links
    on
        household_years.source_file_id = links.source_file_id
        and household_years.source_row = links.row_number
group by household_years.household_id
