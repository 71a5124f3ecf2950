{{ config(meta={"kept_by": "source_file_id"}) }}
{{ household_row_problems(ref('stg_household')) }}
