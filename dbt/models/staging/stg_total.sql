{{ typed_total('as_corrected') }}
