{# Two names of one number would be taken for one name (1 in a million for a million names). #}
select name_number
from {{ ref('int_identity_name') }}
group by name_number
having count(distinct name_key) > 1
