select
    correction_id,
    line_number,
    source_file_id,
    sheet,
    row_number,
    column_name,
    survey_year,
    commune_code,
    reason,
    decided_by,
    decision_number,
    decided_on,
    status,
    is_held,
    refusal
from {{ ref('stg_correction') }}
