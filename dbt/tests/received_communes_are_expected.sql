{# More communes received than expected means that a file counts for a unit that does not exist at the cut-off date. #}
select {{ area_key() | join(', ') }}
from {{ ref('area_year') }}
where communes_received > communes_expected or (is_final and communes_received < communes_expected)
