with

checks as (
    select * from {{ source('reference', 'check_catalogue') }}
    where level is not null
)

select
    check_code,
    level,
    severity,
    {# The sentence goes on after the place and may be followed by a detail: a small letter first and no full stop. #}
    lower(substr(meaning_vi, 1, 1)) || substr(meaning_vi, 2, length(meaning_vi) - 2) as meaning,
    action_vi as action
from checks
