select area_code, area_name, harmonised_date
from {{ source('reference', 'territory') }}
