{{ config(meta={"kept_by": "source_file_id"}) }}
with

bounds as (
    {{ bounds_of('identical_rows_in_block', ['min_rows']) }}
),

households as (
    select
        survey_year,
        source_file_id,
        sheet,
        row_number,
        concat_ws(
            '|',
            area_class,
            recorded_class,
            coalesce(cast(member_count as {{ dbt.type_string() }}), ''),
            coalesce(cast(b1_score as {{ dbt.type_string() }}), ''),
            coalesce(cast(b2_score as {{ dbt.type_string() }}), ''),
            coalesce(cast(income_per_capita_vnd as {{ dbt.type_string() }}), ''),
            {% for indicator in indicators() -%}
            case when is_deprived_{{ indicator }} then '1' else '0' end{{ ',' if not loop.last }}
            {% endfor -%}
        ) as answers
    from {{ ref('int_household_classified') }}
    where recorded_class <> 'left_list' and (b1_score is not null or income_per_capita_vnd is not null)
),

numbered as (
    select
        *,
        row_number() over (partition by source_file_id order by row_number)
        - row_number() over (partition by source_file_id, answers order by row_number) as block
    from households
),

blocks as (
    select
        survey_year,
        source_file_id,
        sheet,
        min(row_number) as first_row,
        max(row_number) as last_row,
        count(*) as household_rows
    from numbered
    group by survey_year, source_file_id, sheet, answers, block
)

select
    blocks.source_file_id,
    'household' as role,
    blocks.sheet,
    blocks.first_row as row_number,
    'household_code' as column_name,
    'identical_rows_in_block' as check_code,
    'từ hàng ' || cast(blocks.first_row as {{ dbt.type_string() }})
    || ' đến hàng ' || cast(blocks.last_row as {{ dbt.type_string() }}) as detail
from blocks
inner join bounds on blocks.survey_year = bounds.survey_year
where blocks.household_rows >= bounds.min_rows
