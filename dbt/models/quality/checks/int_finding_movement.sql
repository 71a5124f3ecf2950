{# Where the movement that the commune recorded is not the one that the household's rows tell. Nothing is said where
   they cannot tell: last year's file of the commune is missing, or last year's row waits in quarantine. #}
with

transitions as (
    select * from {{ ref('int_household_transition') }}
    where recorded_movement is not null
),

records as (
    select * from {{ ref('int_household_classified') }}
),

{# Communes of which the whole territory was reviewed the year before. #}
reviewed_before as (
    select survey_year, commune_code
    from {{ ref('int_commune_year_bridge') }}
    group by survey_year, commune_code
    having bool_and(is_received_before)
),

waiting as (
    select distinct households.survey_year, households.household_code
    from {{ ref('stg_household') }} as households
    inner join {{ ref('stg_source_file') }} as files on households.source_file_id = files.source_file_id
    inner join {{ ref('int_household_row_problem') }} as problems
        on
            households.source_file_id = problems.source_file_id
            and households.row_number = problems.row_number
    where files.is_in_force and households.household_code is not null
),

labels as (
    select form, code, min(label) as label
    from {{ source('reference', 'form_codes') }}
    where field = 'movement'
    group by form, code
),

differences as (
    select *
    from transitions
    where
        recorded_movement is distinct from movement
        and not (
            recorded_movement = 'moved_in'
            and (is_in_another_commune or {{ is_gone('from_class') }})
        )
        and not (
            recorded_movement = 'split_off'
            and (coalesce(movement in ('arrived_poor', 'arrived_near_poor'), false) or movement is null)
        )
)

select
    differences.source_file_id,
    'household' as role,
    records.sheet,
    differences.source_row as row_number,
    'movement' as column_name,
    'movement_not_computed' as check_code,
    'theo dữ liệu các năm: ' || labels.label as detail
from differences
inner join records
    on
        differences.source_file_id = records.source_file_id
        and differences.source_row = records.row_number
inner join {{ ref('stg_source_file') }} as files on differences.source_file_id = files.source_file_id
left join reviewed_before
    on
        differences.to_year = reviewed_before.survey_year
        and differences.to_commune_code = reviewed_before.commune_code
left join waiting
    on
        differences.from_year = waiting.survey_year
        and records.previous_household_code = waiting.household_code
left join labels
    on
        files.form = labels.form
        and differences.movement = labels.code
where
    not {{ is_gone('differences.from_class') }}
    or (reviewed_before.commune_code is not null and waiting.household_code is null)
