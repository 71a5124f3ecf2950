{{ typed_household('of_corrected_rows_as_sent') }}
