{{ corrected_rows('member') }}
