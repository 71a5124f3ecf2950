select
    source_file_id,
    sha256,
    bytes,
    received_at,
    form,
    survey_year,
    commune_code,
    cast(commune_valid_from as date) as commune_valid_from,
    submission_number,
    maturity,
    status,
    household_rows,
    member_rows,
    extraction_id
from {{ source('raw', 'source_file') }}
