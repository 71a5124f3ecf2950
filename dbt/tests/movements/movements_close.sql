{# Opening, exits and entries give the closing that is counted from the year's own rows. #}
select {{ area_key() | join(', ') }}, list, unit
from {{ ref('poverty_movement') }}
where
    opening is not null
    and closing is distinct from
    opening - to_other_list - above_line - other_decrease + from_other_list + returned + newly_arisen + other_increase
