{{ household_row_problems(ref('stg_household')) }}
