{{ typed_household('as_sent') }}
