select
    code as class_code,
    label_vi,
    label_en,
    position as sort_order,
    code in ('poor_or_near_poor', 'all') as is_total
from {{ source('reference', 'labels') }}
where kind = 'class'
