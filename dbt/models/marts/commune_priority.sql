{% set top_indicators = 3 -%}
with

areas as (
    select * from {{ ref('area_year') }}
    where boundary = 'as_reviewed'
),

communes as (
    select * from {{ ref('int_commune_year') }}
),

indicators as (
    select * from {{ source('reference', 'indicators') }}
),

deprived as (
    select
        counts.survey_year,
        counts.area_code,
        counts.deprived_households,
        indicators.name_vi,
        row_number() over (
            partition by counts.survey_year, counts.area_code
            order by counts.deprived_households desc, counts.indicator_code asc
        ) as indicator_rank
    from {{ ref('indicator_area_year') }} as counts
    inner join indicators on counts.indicator_code = indicators.indicator_code
    where
        counts.area_level = 'commune'
        and counts.boundary = 'as_reviewed'
        and counts.poverty_class = 'poor_or_near_poor'
        and counts.deprived_households > 0
),

top_deprivations as (
    select
        survey_year,
        area_code,
        {{ dbt.listagg(
            "name_vi || ' (' || cast(deprived_households as " ~ dbt.type_string() ~ ") || ')'", "', '", 'order by indicator_rank'
        ) }} as top_deprivations
    from deprived
    where indicator_rank <= {{ top_indicators }}
    group by survey_year, area_code
),

compared as (
    select
        areas.survey_year,
        areas.area_code as commune_code,
        communes.commune_valid_from,
        areas.area_name as commune_name,
        communes.district_code,
        communes.harmonised_commune_code,
        areas.resident_households,
        areas.poor_households,
        areas.near_poor_households,
        areas.poor_households + areas.near_poor_households as listed_households,
        areas.poor_rate,
        areas.near_poor_rate,
        areas.poor_or_near_poor_rate,
        provinces.poor_or_near_poor_rate as province_rate,
        areas.poor_households + areas.near_poor_households
        - areas.resident_households * provinces.poor_or_near_poor_rate as households_above_province_rate,
        areas.is_final
    from areas
    inner join areas as provinces
        on
            areas.survey_year = provinces.survey_year
            and provinces.area_level = 'province'
    inner join communes
        on
            areas.survey_year = communes.survey_year
            and areas.area_code = communes.commune_code
    where areas.area_level = 'commune'
)

select
    compared.survey_year,
    compared.commune_code,
    compared.commune_valid_from,
    compared.commune_name,
    compared.district_code,
    compared.harmonised_commune_code,
    compared.resident_households,
    compared.poor_households,
    compared.near_poor_households,
    compared.listed_households,
    compared.poor_rate,
    compared.near_poor_rate,
    compared.poor_or_near_poor_rate,
    compared.province_rate,
    compared.households_above_province_rate,
    cast(row_number() over (
        partition by compared.survey_year
        order by
            case when compared.households_above_province_rate is null then 1 else 0 end asc,
            compared.households_above_province_rate desc,
            compared.listed_households desc,
            compared.commune_code asc
    ) as bigint) as priority_rank,
    top_deprivations.top_deprivations,
    compared.is_final
from compared
left join top_deprivations
    on
        compared.survey_year = top_deprivations.survey_year
        and compared.commune_code = top_deprivations.area_code
