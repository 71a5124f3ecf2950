{{ config(meta={"kept_by": "source_file_id"}) }}
{{ typed_household('as_sent') }}
