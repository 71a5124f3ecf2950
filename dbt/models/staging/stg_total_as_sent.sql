{{ typed_total('as_sent') }}
