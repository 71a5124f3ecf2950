{# "Other" comes last, as on the forms. #}
select
    cause_code,
    name_vi,
    name_en,
    cast(row_number() over (order by cause_code = 'other', cause_code) as integer) as sort_order
from {{ source('reference', 'causes') }}
