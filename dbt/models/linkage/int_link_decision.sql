select
    record_number,
    earlier_record_number,
    earlier_record_number as chain_number,
    survey_year,
    earlier_survey_year,
    is_left_list,
    'decision' as pass,
    cast(null as double) as score,
    1 as candidates,
    true as is_linked
from {{ ref('int_link_line') }}
where is_in_force
