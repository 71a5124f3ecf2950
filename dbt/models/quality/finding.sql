select
    finding_id,
    check_code,
    severity,
    level,
    survey_year,
    commune_code,
    source_file_id,
    sheet,
    row_number,
    column_name,
    message,
    is_open
from {{ ref('int_finding_found') }}
