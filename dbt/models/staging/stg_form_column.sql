select
    form,
    role,
    field,
    type,
    required = 'yes' as is_required,
    coalesce(group_header || ' – ', '') || header as printed_header
from {{ source('maps', 'form_columns') }}
