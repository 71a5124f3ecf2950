{# A household is asked what the standard before would have said of its figures of the new year. #}
with

years as (
    select
        this_year.survey_year,
        this_year.standard_code,
        before.standard_code as old_standard_code
    from {{ ref('dim_year') }} as this_year
    inner join {{ ref('dim_year') }} as before on this_year.previous_survey_year = before.survey_year
    where this_year.standard_code <> before.standard_code
),

moved as (
    select
        households.household_id,
        households.survey_year,
        households.harmonised_commune_key,
        households.movement_code,
        years.standard_code,
        years.old_standard_code,
        case
            when {{ on_a_list('households.class_code') }} then households.class_code
            else households.previous_class_code
        end as list,
        {{ on_a_list('households.class_code') }} as is_entry
    from {{ ref('household_years') }} as households
    inner join years on households.survey_year = years.survey_year
    where
        households.class_code <> 'left_list'
        and households.movement_code is not null
        and households.movement_code not in ('stayed_poor', 'stayed_near_poor', 'stayed_above')
),

{# The official test of the old standard is the score; a form without it leaves income. #}
judged as (
    select
        *,
        row_number() over (
            partition by household_id, survey_year, standard_code
            order by basis = 'score' desc
        ) as basis_rank
    from {{ ref('int_household_standard') }}
),

compared as (
    select
        moved.*,
        case
            when judged.standard_class is null or judged.is_uncertain then 'unknown'
            when moved.is_entry and judged.standard_class = moved.list then 'both'
            when not moved.is_entry and judged.standard_class = 'above' then 'both'
            else 'new_only'
        end as made_by
    from moved
    left join judged
        on
            moved.household_id = judged.household_id
            and moved.survey_year = judged.survey_year
            and moved.old_standard_code = judged.standard_code
            and judged.basis_rank = 1
),

placed as (
    {{ placed_in_harmonised_areas('compared', 'compared.harmonised_commune_key') | indent(4) }}
)

select
    area_key,
    survey_year,
    list as class_code,
    movement_code,
    max(standard_code) as standard_code,
    max(old_standard_code) as old_standard_code,
    bool_and(is_entry) as is_entry,
    count(*) as households,
    {{ households_where("made_by = 'both'") }} as by_both_standards,
    {{ households_where("made_by = 'new_only'") }} as by_new_standard_only,
    {{ households_where("made_by = 'unknown'") }} as unknown
from placed
group by area_key, survey_year, list, movement_code
