{{ corrected_rows('household') }}
