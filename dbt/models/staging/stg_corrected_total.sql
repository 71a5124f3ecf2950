{{ corrected_rows('total') }}
