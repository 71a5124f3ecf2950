select
    commune_code,
    valid_from,
    valid_to,
    commune_name,
    commune_type,
    area_class,
    district_code,
    district_name,
    province_code,
    province_name,
    harmonised_commune_code,
    harmonised_commune_name,
    cast(latitude as double) as latitude,
    cast(longitude as double) as longitude
from {{ ref('int_commune_harmonised') }}
