{{ typed_household('as_corrected') }}
