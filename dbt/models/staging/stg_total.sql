{{ config(meta={"kept_by": "source_file_id"}) }}
{{ typed_total('as_corrected') }}
