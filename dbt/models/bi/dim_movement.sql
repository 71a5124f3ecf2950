select
    code as movement_code,
    label_vi,
    label_en,
    position as sort_order
from {{ source('reference', 'labels') }}
where kind = 'movement'
