{{ config(meta={"kept_by": "source_file_id"}) }}
with

households as (
    select * from {{ ref('int_household_classified') }}
    where recorded_class <> 'left_list'
),

member_rows as (
    select source_file_id, household_code, count(*) as member_rows
    from {{ ref('stg_member') }}
    group by source_file_id, household_code
),

contradictions as (
    select source_file_id, sheet, row_number, 'b2_score' as column_name, 'b2_not_ten_times_marks' as check_code
    from households
    where b2_score <> 10 * deprivation_count

    union all

    select source_file_id, sheet, row_number, 'recorded_class', 'recorded_not_recomputed'
    from households
    where
        recorded_class <> computed_class
        and not (recorded_class = 'average' and computed_class = 'non_poor' and income_per_capita_vnd is null)

    union all

    select households.source_file_id, households.sheet, households.row_number, 'member_count', 'member_count_not_rows'
    from households
    left join member_rows
        on
            households.source_file_id = member_rows.source_file_id
            and households.household_code = member_rows.household_code
    where households.member_count <> coalesce(member_rows.member_rows, 0)
)

select
    source_file_id,
    'household' as role,
    sheet,
    row_number,
    column_name,
    check_code
from contradictions

union all

select
    source_file_id,
    'total' as role,
    sheet,
    source_row as row_number,
    measure as column_name,
    'totals_not_list' as check_code
from {{ ref('reconciliation') }}
where not is_matched
