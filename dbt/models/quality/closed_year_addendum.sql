{# What the held files say beside the approved figures: class counts of their lists, and the residents they state.
   Held corrections are counted, not applied: that would need every staging and class model a second time. #}
{% set measures = ['resident_households', 'resident_persons', 'poor_households', 'near_poor_households', 'poor_persons',
    'near_poor_persons'] -%}
with

held as (
    select * from {{ ref('stg_source_file') }}
    where is_first_held
),

quarantined as (
    select distinct source_file_id, row_number
    from {{ ref('int_household_row_problem') }}
),

listed as (
    select
        households.source_file_id,
        {{ households_where("households.recorded_class = 'poor'") }} as poor_households,
        {{ households_where("households.recorded_class = 'near_poor'") }} as near_poor_households,
        sum(case when households.recorded_class = 'poor' then households.member_count end) as poor_persons,
        sum(case when households.recorded_class = 'near_poor' then households.member_count end) as near_poor_persons
    from {{ ref('stg_household') }} as households
    inner join held on households.source_file_id = held.source_file_id
    left join quarantined
        on
            households.source_file_id = quarantined.source_file_id
            and households.row_number = quarantined.row_number
    where quarantined.row_number is null
    group by households.source_file_id
),

stated as (
    {{ stated_residents() | indent(4) }}
),

areas as (
    select * from {{ ref('area_year') }}
    where boundary = 'as_reviewed'
),

blocks as (
    select * from {{ ref('int_block_area') }}
    where boundary = 'as_reviewed' and area_level in ('province', 'district', 'commune')
),

{# A commune that has no approved figure had no file when the year was closed. #}
changed as (
    select
        held.survey_year,
        held.commune_code,
        1 as held_files,
        0 as held_corrections,
        {% for measure in measures -%}
        {% set held_side = 'stated' if measure.startswith('resident_') else 'listed' -%}
        cast(coalesce({{ held_side }}.{{ measure }}, 0) as bigint) - coalesce(approved.{{ measure }}, 0)
            as {{ measure }}{{ ',' if not loop.last }}
        {% endfor -%}
    from held
    left join listed on held.source_file_id = listed.source_file_id
    left join stated on held.source_file_id = stated.source_file_id
    left join areas as approved
        on
            held.survey_year = approved.survey_year
            and held.commune_code = approved.area_code
            and approved.area_level = 'commune'

    union all

    select
        survey_year,
        commune_code,
        0 as held_files,
        count(*) as held_corrections,
        {% for measure in measures -%}
        0 as {{ measure }}{{ ',' if not loop.last }}
        {% endfor -%}
    from {{ ref('stg_correction') }}
    where is_held
    group by survey_year, commune_code
),

summed as (
    select
        blocks.survey_year,
        blocks.area_level,
        blocks.area_code,
        cast(sum(changed.held_files) as bigint) as held_files,
        cast(sum(changed.held_corrections) as bigint) as held_corrections,
        {% for measure in measures -%}
        cast(sum(changed.{{ measure }}) as bigint) as {{ measure }}{{ ',' if not loop.last }}
        {% endfor -%}
    from changed
    inner join blocks on {{ equal_on('changed', 'blocks', ['survey_year', 'commune_code']) }}
    group by blocks.survey_year, blocks.area_level, blocks.area_code
),

compared as (
    {% for measure in measures -%}
    select
        summed.survey_year,
        summed.area_level,
        summed.area_code,
        '{{ measure }}' as measure,
        summed.held_files,
        summed.held_corrections,
        areas.{{ measure }} as approved_value,
        summed.{{ measure }} as difference
    from summed
    left join areas on {{ equal_on('summed', 'areas', ['survey_year', 'area_level', 'area_code']) }}
    {{ 'union all' if not loop.last }}
    {% endfor -%}
)

select
    survey_year,
    area_level,
    'as_reviewed' as boundary,
    area_code,
    measure,
    held_files,
    held_corrections,
    approved_value,
    coalesce(approved_value, 0) + difference as value_with_held,
    difference
from compared
