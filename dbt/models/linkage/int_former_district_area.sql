{{ config(meta={"kept_by": "survey_year"}) }}
select distinct
    households.survey_year,
    'district' as area_level,
    'harmonised' as boundary,
    households.district_code as area_code,
    districts.district_name as area_name,
    cast(null as bigint) as resident_households,
    cast(null as bigint) as resident_persons,
    cast(null as bigint) as communes_expected,
    cast(null as bigint) as communes_received,
    cast(null as boolean) as is_final
from {{ ref('int_household_year') }} as households
inner join {{ ref('int_district') }} as districts on households.district_code = districts.district_code
where households.is_district_over
