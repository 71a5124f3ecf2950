{{ typed_total('of_corrected_rows_as_sent') }}
