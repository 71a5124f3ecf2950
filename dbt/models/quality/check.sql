select
    check_code,
    kind,
    engine,
    level,
    severity,
    blocks,
    owner,
    title_vi,
    meaning_vi,
    action_vi,
    example_vi
from {{ source('reference', 'check_catalogue') }}
