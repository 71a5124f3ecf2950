with

survey_years as (
    select * from {{ ref('int_survey_year') }}
),

units as (
    select * from {{ ref('int_commune_harmonised') }}
),

files_in_force as (
    select * from {{ ref('stg_source_file') }}
    where is_in_force
),

residents as (
    {{ stated_residents() | indent(4) }}
)

select
    survey_years.survey_year,
    units.commune_code,
    units.valid_from as commune_valid_from,
    units.commune_name,
    units.area_class,
    units.district_code,
    units.district_name,
    units.harmonised_commune_code,
    units.harmonised_commune_name,
    units.harmonised_area_class,
    units.former_province_code,
    units.former_province_name,
    files_in_force.source_file_id,
    files_in_force.source_file_id is not null as is_received,
    coalesce(files_in_force.maturity = 'final', false) as is_final,
    residents.resident_households,
    residents.resident_persons
from survey_years
inner join units
    on
        survey_years.cutoff_date >= units.valid_from
        and (units.valid_to is null or survey_years.cutoff_date < units.valid_to)
left join files_in_force
    on
        survey_years.survey_year = files_in_force.survey_year
        and units.commune_code = files_in_force.commune_code
left join residents on files_in_force.source_file_id = residents.source_file_id
