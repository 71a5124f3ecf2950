with

blocks as (
    select * from {{ ref('int_block_area') }}
    union all
    select
        survey_year,
        cast(null as string) as commune_code,
        area_level,
        boundary,
        area_code,
        area_name
    from {{ ref('int_former_district_area') }}
),

commune_years as (
    select * from {{ ref('int_commune_year') }}
),

units as (
    select * from {{ ref('int_commune_harmonised') }}
),

territory as (
    select * from {{ ref('int_territory') }}
),

{# The unit that an area of level commune is: that of the review, or that of the harmonised date. #}
harmonised_units as (
    select
        units.*,
        row_number() over (partition by units.commune_code order by units.valid_from) as unit_rank
    from units
    cross join territory
    where units.valid_to is null or units.valid_to > territory.harmonised_date
),

seen as (
    select
        blocks.area_level,
        blocks.boundary,
        blocks.area_code,
        blocks.area_name,
        blocks.survey_year,
        case
            when blocks.area_level = 'commune' and blocks.boundary = 'as_reviewed' then commune_years.commune_valid_from
        end as valid_from
    from blocks
    left join commune_years
        on
            blocks.survey_year = commune_years.survey_year
            and blocks.commune_code = commune_years.commune_code
),

areas as (
    select
        {{ area_key_text('boundary', 'area_level', 'area_code', 'valid_from') }} as area_key,
        area_level,
        boundary,
        area_code,
        valid_from,
        max(area_name) as area_name,
        min(survey_year) as first_survey_year,
        max(survey_year) as last_survey_year
    from seen
    group by area_level, boundary, area_code, valid_from
),

described as (
    select
        areas.*,
        coalesce(reviewed.commune_type, harmonised.commune_type) as commune_type,
        coalesce(reviewed.area_class, harmonised.area_class) as area_class,
        reviewed.district_code,
        reviewed.district_name,
        cast(coalesce(reviewed.latitude, harmonised.latitude) as double) as latitude,
        cast(coalesce(reviewed.longitude, harmonised.longitude) as double) as longitude,
        coalesce(
            reviewed.former_province_code, harmonised.former_province_code, districts.former_province_code
        ) as former_province_code,
        coalesce(
            reviewed.former_province_name, harmonised.former_province_name, districts.former_province_name
        ) as former_province_name
    from areas
    left join units as reviewed
        on
            areas.area_level = 'commune' and areas.boundary = 'as_reviewed'
            and areas.area_code = reviewed.commune_code
            and areas.valid_from = reviewed.valid_from
    left join harmonised_units as harmonised
        on
            areas.area_level = 'commune' and areas.boundary = 'harmonised'
            and areas.area_code = harmonised.commune_code
            and harmonised.unit_rank = 1
    left join {{ ref('int_district') }} as districts
        on areas.area_level = 'district' and areas.area_code = districts.district_code
)

select
    described.area_key,
    described.area_level,
    levels.label_vi as area_level_vi,
    levels.label_en as area_level_en,
    described.boundary,
    boundaries.label_vi as boundary_vi,
    boundaries.label_en as boundary_en,
    described.area_code,
    described.valid_from,
    described.area_name,
    case
        when described.area_level = 'province' then cast(null as string)
        when described.district_code is not null
            then {{ area_key_text('described.boundary', "'district'", 'described.district_code') }}
        when described.former_province_code is not null
            then {{ area_key_text(
                'described.boundary', "'former_province'", "concat('former-', described.former_province_code)"
            ) }}
        else {{ area_key_text('described.boundary', "'province'", 'territory.area_code') }}
    end as parent_key,
    described.commune_type,
    described.area_class,
    classes.label_vi as area_class_vi,
    described.district_name,
    described.former_province_code,
    described.former_province_name,
    described.latitude,
    described.longitude,
    described.first_survey_year,
    described.last_survey_year
from described
cross join territory
left join {{ source('reference', 'labels') }} as levels
    on levels.kind = 'area_level' and described.area_level = levels.code
left join {{ source('reference', 'labels') }} as boundaries
    on boundaries.kind = 'boundary' and described.boundary = boundaries.code
left join {{ source('reference', 'labels') }} as classes
    on classes.kind = 'area_class' and described.area_class = classes.code
