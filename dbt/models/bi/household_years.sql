{{ config(meta={"kept_by": "survey_year", "reads_next_year": ["fct_household_transition"]}) }}
{% set marks = prefixed('is_deprived_', indicators()) + ['head_is_female', 'head_is_ethnic_minority',
    'is_merit_household', 'is_social_protection', 'lacks_labour_capacity']
    + prefixed('need_', needs()) + prefixed('cause_', causes()) -%}
with

households as (
    select * from {{ ref('fct_household_year') }}
),

recorded as (
    select
        classified.source_file_id,
        classified.row_number,
        classified.movement as recorded_movement,
        classified.exit_reason,
        {# Completed years at the end of the survey year where the day is unknown, as for members. #}
        case
            when staged.head_birth_date is null then classified.survey_year - staged.head_birth_year
            when
                month(staged.head_birth_date) * 100 + day(staged.head_birth_date)
                > month(years.cutoff_date) * 100 + day(years.cutoff_date)
                then year(years.cutoff_date) - year(staged.head_birth_date) - 1
            else year(years.cutoff_date) - year(staged.head_birth_date)
        end as head_age
    from {{ ref('int_household_classified') }} as classified
    inner join {{ ref('stg_household') }} as staged
        on
            classified.source_file_id = staged.source_file_id
            and classified.row_number = staged.row_number
    inner join {{ ref('int_survey_year') }} as years on classified.survey_year = years.survey_year
),

transitions as (
    select * from {{ ref('fct_household_transition') }}
),

labels as (
    select * from {{ source('reference', 'labels') }}
),

keyed as (
    select
        households.*,
        {{ area_key_text(
            "'as_reviewed'", "'commune'", 'households.commune_code', 'households.commune_valid_from'
        ) }} as commune_key,
        {{ area_key_text("'harmonised'", "'commune'", 'households.harmonised_commune_code') }}
            as harmonised_commune_key,
        recorded.recorded_movement,
        recorded.exit_reason,
        case
            when recorded.head_age is null then 'unknown'
            when recorded.head_age < 30 then 'under_30'
            when recorded.head_age < 45 then '30_to_44'
            when recorded.head_age < 60 then '45_to_59'
            when recorded.head_age < 75 then '60_to_74'
            else '75_and_over'
        end as head_age_band,
        before.from_class as previous_class_code,
        before.movement as movement_code,
        after.to_class as next_class_code,
        after.movement as next_movement_code
    from households
    inner join recorded
        on
            households.source_file_id = recorded.source_file_id
            and households.source_row = recorded.row_number
    left join transitions as before
        on
            households.household_id = before.household_id
            and households.survey_year = before.to_year
    left join transitions as after
        on
            households.household_id = after.household_id
            and households.survey_year = after.from_year
)

select
    keyed.household_id,
    keyed.survey_year,
    keyed.standard_code,
    keyed.commune_key,
    communes.area_name as commune_name,
    keyed.harmonised_commune_key,
    harmonised_communes.area_name as harmonised_commune_name,
    keyed.district_code,
    districts.district_name,
    keyed.area_class,
    area_classes.label_vi as area_class_vi,
    keyed.member_count,
    keyed.head_age_band,
    age_bands.label_vi as head_age_band_vi,
    keyed.poverty_class as class_code,
    classes.label_vi as class_vi,
    keyed.computed_class as computed_class_code,
    keyed.previous_class_code,
    previous_classes.label_vi as previous_class_vi,
    keyed.movement_code,
    movements.label_vi as movement_vi,
    keyed.recorded_movement as recorded_movement_code,
    recorded_movements.label_vi as recorded_movement_vi,
    keyed.recorded_movement = keyed.movement_code as is_movement_as_recorded,
    keyed.exit_reason,
    exit_reasons.label_vi as exit_reason_vi,
    keyed.next_class_code,
    keyed.next_movement_code,
    keyed.b1_score,
    keyed.b2_score,
    keyed.income_per_capita_vnd,
    keyed.deprivation_count,
    {% for mark in marks -%}
    keyed.{{ mark }},
    {% endfor -%}
    keyed.poverty_group,
    keyed.is_newly_escaped
from keyed
inner join {{ ref('dim_area') }} as communes on keyed.commune_key = communes.area_key
inner join {{ ref('dim_area') }} as harmonised_communes on keyed.harmonised_commune_key = harmonised_communes.area_key
inner join {{ ref('dim_class') }} as classes on keyed.poverty_class = classes.class_code
left join {{ ref('int_district') }} as districts on keyed.district_code = districts.district_code
left join {{ ref('dim_class') }} as previous_classes on keyed.previous_class_code = previous_classes.class_code
left join {{ ref('dim_movement') }} as movements on keyed.movement_code = movements.movement_code
left join {{ ref('dim_movement') }} as recorded_movements
    on keyed.recorded_movement = recorded_movements.movement_code
left join labels as area_classes on area_classes.kind = 'area_class' and keyed.area_class = area_classes.code
left join labels as age_bands on age_bands.kind = 'head_age_band' and keyed.head_age_band = age_bands.code
left join labels as exit_reasons on exit_reasons.kind = 'exit_reason' and keyed.exit_reason = exit_reasons.code
