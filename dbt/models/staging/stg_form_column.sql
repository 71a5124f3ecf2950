select
    form,
    role,
    -- The forms' own running number; row_number is the worksheet's row.
    case when field = 'row_number' then 'printed_row_number' else field end as field,
    type,
    required = 'yes' as is_required,
    coalesce(group_header || ' – ', '') || header as printed_header
from {{ source('reference', 'form_columns') }}
