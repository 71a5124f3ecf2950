{# Files in force of which more than one row in twenty waits: their figures are too low until they are sent again. #}
select source_file_id, survey_year, commune_code
from {{ ref('source_file') }}
where status = 'accepted' and quarantined_rows * 20 > household_rows + member_rows
