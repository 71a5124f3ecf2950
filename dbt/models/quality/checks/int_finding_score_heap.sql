{# Communes where too many scores stand at or just below the cut-off. Of scores up to two widths below and one above,
   the share within one width below is compared with that of all other communes of the year: one-sided, the normal
   approximation of the binomial. #}
with

bounds as (
    {{ bounds_of('scores_heap_below_cutoff', ['width', 'min_households', 'max_z']) }}
),

scores as (
    select
        households.survey_year,
        households.source_file_id,
        households.sheet,
        households.b1_score - households.income_score_cutoff_b1 as distance,
        bounds.width,
        bounds.min_households,
        bounds.max_z
    from {{ ref('int_household_classified') }} as households
    inner join bounds on households.survey_year = bounds.survey_year
    where
        households.recorded_class <> 'left_list'
        and households.b1_score is not null
        and households.income_score_cutoff_b1 is not null
),

communes as (
    select
        survey_year,
        source_file_id,
        min(sheet) as sheet,
        min(min_households) as min_households,
        min(max_z) as max_z,
        cast(sum(case when distance > -width and distance <= 0 then 1 else 0 end) as double) as below,
        cast(sum(case when distance > -2 * width and distance <= width then 1 else 0 end) as double) as near
    from scores
    group by survey_year, source_file_id
),

compared as (
    select
        *,
        (sum(below) over (partition by survey_year) - below)
        / nullif(sum(near) over (partition by survey_year) - near, 0) as usual_share,
        sum(near) over (partition by survey_year) - near as others
    from communes
)

select
    source_file_id,
    'household' as role,
    sheet,
    cast(null as integer) as row_number,
    'b1_score' as column_name,
    'scores_heap_below_cutoff' as check_code,
    cast(cast(below as integer) as {{ dbt.type_string() }}) || ' trong '
    || cast(cast(near as integer) as {{ dbt.type_string() }}) || ' hộ gần ngưỡng; các xã khác: '
    || {{ printed_number('100 * usual_share', 0) }} || '%' as detail
from compared
where
    near >= min_households
    and others >= min_households
    and usual_share > 0
    and usual_share < 1
    and (below - near * usual_share) / sqrt(near * usual_share * (1 - usual_share)) > max_z
