{# For households: persons may be more or fewer when they come. #}
select {{ qualified('poor', area_key()) }}
from {{ ref('poverty_movement') }} as poor
inner join {{ ref('poverty_movement') }} as near_poor
    on
        {{ equal_on('poor', 'near_poor', area_key() + ['unit']) }}
        and near_poor.list = 'near_poor'
where
    poor.list = 'poor'
    and poor.unit = 'household'
    and (
        poor.to_other_list is distinct from near_poor.from_other_list
        or poor.from_other_list is distinct from near_poor.to_other_list
    )
