{% set classes = ['poor', 'near_poor'] -%}
with

files as (
    select source_file_id, commune_code from {{ ref('stg_source_file') }}
    where is_in_force
),

stated as (
    select * from {{ ref('stg_total') }}
),

totals as (
    select * from {{ ref('int_area_class_total') }}
    where area_level = 'commune' and boundary = 'as_reviewed' and poverty_class in ('poor', 'near_poor')
),

list_measures as (
    {% for poverty_class in classes -%}
    {% for count in ['households', 'persons'] -%}
    select survey_year, area_code, '{{ poverty_class }}_{{ count }}' as measure, {{ count }} as list_value
    from totals
    where poverty_class = '{{ poverty_class }}'
    union all
    {% endfor -%}
    {% endfor -%}
    {% for indicator in indicators() -%}
    select survey_year, area_code, 'deprived_{{ indicator }}' as measure, deprived_{{ indicator }} as list_value
    from totals
    {{ 'union all' if not loop.last }}
    {% endfor -%}
),

listed as (
    select survey_year, area_code, measure, sum(list_value) as list_value
    from list_measures
    group by survey_year, area_code, measure
),

compared as (
    select
        stated.survey_year,
        files.commune_code as area_code,
        stated.measure,
        case
            when stated.measure not in ('resident_households', 'resident_persons')
                then cast(coalesce(listed.list_value, 0) as bigint)
        end as list_value,
        stated.stated_value,
        stated.source_file_id,
        stated.sheet,
        stated.row_number as source_row
    from stated
    inner join files on stated.source_file_id = files.source_file_id
    left join listed
        on
            stated.survey_year = listed.survey_year
            and files.commune_code = listed.area_code
            and stated.measure = listed.measure
)

select
    survey_year,
    area_code,
    measure,
    list_value,
    cast(stated_value as bigint) as stated_value,
    list_value - stated_value as difference,
    list_value = stated_value as is_matched,
    source_file_id,
    sheet,
    source_row
from compared
