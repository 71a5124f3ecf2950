select
    district_code,
    max(district_name) as district_name,
    max(former_province_code) as former_province_code,
    max(former_province_name) as former_province_name
from {{ ref('int_commune_harmonised') }}
where district_code is not null
group by district_code
