with

figures as (
    select * from {{ ref('int_published_figure') }}
),

suspects as (
    select * from {{ ref('int_published_contradicted') }}
),

warehouse as (
    select * from {{ ref('int_published_value') }}
),

provinces as (
    select * from {{ ref('area_year') }}
    where area_level = 'province' and boundary = 'as_reviewed'
),

relations as (
    select * from {{ ref('int_published_relation') }}
),

{# The sides of each relation, with the suspects at their consistent value. #}
sides as (
    select
        relations.stated_id as figure_id,
        relations.kind,
        {% for role in ['upper', 'lower', 'stated'] -%}
        sum(
            case
                when relations.role = '{{ role }}'
                    then coalesce(suspects.consistent_value, cast(figures.published_value as double))
                else 0
            end
        ) as {{ role }},
        {% endfor -%}
        sum(case when relations.role = 'stated' then cast(figures.rounding as double) else 0 end) as slack,
        min(
            case
                when relations.role <> 'stated'
                    then suspects.figure_id || ' = '
                        || {{ printed_number('suspects.consistent_value', 'figures.decimals') }}
            end
        ) as corrected_terms
    from relations
    inner join figures on relations.figure_id = figures.figure_id
    left join suspects on relations.figure_id = suspects.figure_id
    group by relations.relation_id, relations.stated_id, relations.kind
),

following as (
    select
        *,
        case kind when 'share' then 100 * upper / nullif(lower, 0) when 'sum' then upper else lower end
            as consistent_value
    from sides
),

{# What still does not follow is the fault of the figure that states the relation. #}
failing as (
    select * from following
    where
        case kind when 'part' then stated - consistent_value else abs(stated - consistent_value) end
        > case kind when 'share' then slack else 0 end + 0.0000001
    qualify row_number() over (partition by figure_id order by kind desc) = 1
),

related as (
    select figure_id, cast(count(distinct relation_id) as integer) as relations_checked
    from relations
    group by figure_id
),

{# A printed share of the residents says the same as a rate. #}
named as (
    select
        figures.*,
        case
            when wholes.counted = 'resident_households' and parts.counted = 'households'
                then parts.poverty_class || '_rate'
            else figures.counted
        end as says
    from figures
    left join figures as parts on split_part(figures.share_of, '/', 1) = parts.figure_id
    left join figures as wholes on split_part(figures.share_of, '/', 2) = wholes.figure_id
),

{# The same figure elsewhere: two publications may differ without contradicting themselves. #}
elsewhere as (
    select
        figures.figure_id,
        min(others.figure_id || ' in ' || {{ printed_number('others.published_value', 'others.decimals') }})
            as other_print
    from named as figures
    inner join named as others
        on
            {{ equal_on('figures', 'others', ['survey_year', 'area', 'says', 'poverty_class']) }}
            and figures.publication <> others.publication
            and abs(figures.published_value - others.published_value) > figures.rounding + others.rounding
    where figures.says <> 'share'
    group by figures.figure_id
),

compared as (
    select
        figures.*,
        elsewhere.other_print,
        failing.corrected_terms,
        warehouse.warehouse_value,
        warehouse.warehouse_value - cast(figures.published_value as double) as difference,
        abs(warehouse.warehouse_value - cast(figures.published_value as double)) <= figures.rounding + 0.0000001
            as is_matched,
        suspects.figure_id is null and failing.figure_id is null as is_self_consistent,
        coalesce(suspects.consistent_value, failing.consistent_value) as consistent_value,
        coalesce(related.relations_checked, 0) as relations_checked,
        suspects.contradicted_by,
        suspects.is_only_value,
        failing.kind as failing_kind,
        provinces.communes_received,
        provinces.communes_expected
    from figures
    left join warehouse on figures.figure_id = warehouse.figure_id
    left join suspects on figures.figure_id = suspects.figure_id
    left join failing on figures.figure_id = failing.figure_id
    left join related on figures.figure_id = related.figure_id
    left join elsewhere on figures.figure_id = elsewhere.figure_id
    left join provinces on figures.survey_year = provinces.survey_year
),

{% set printed = printed_number('published_value', 'decimals') -%}
{% set consistent = printed_number('consistent_value', 'decimals') -%}

{% set found = printed_number('warehouse_value', 'decimals') -%}

explained as (
    select
        *,
        case
            when contradicted_by is not null
                then 'Số in ' || {{ printed }} || ' mâu thuẫn với ' || contradicted_by
                    || ': số nhất quán với các số đó là '
                    || case when is_only_value then '' else 'từ ' end || {{ consistent }} || '.'
            when failing_kind = 'sum'
                then 'Tổng ' || sum_of || ' là ' || {{ consistent }} || ', không phải ' || {{ printed }}
                    || ': số nhất quán là ' || {{ consistent }} || ', trừ khi một số hạng in sai.'
            when failing_kind = 'share'
                then 'Tỷ lệ '
                    || coalesce({{ printed_share('share_of') }} || ' ', '')
                    || 'là '
                    || {{ printed_number('consistent_value', 'greatest(decimals, 2)') }} || '%'
                    || coalesce(' (với ' || corrected_terms || ')', '') || ', không phải ' || {{ printed }} || '%.'
            when failing_kind = 'part'
                then 'Số in ' || {{ printed }} || ' lớn hơn toàn thể: số nhất quán nhiều nhất là '
                    || {{ consistent }} || '.'
            when communes_received is null
                then 'Kho dữ liệu chưa có năm ' || cast(survey_year as {{ dbt.type_string() }}) || '.'
            when warehouse_value is null then 'Kho dữ liệu không tính chỉ tiêu này.'
            when is_matched then 'Khớp với kho dữ liệu.'
            when communes_received < communes_expected
                then 'Kho dữ liệu mới có ' || cast(communes_received as {{ dbt.type_string() }}) || '/'
                    || cast(communes_expected as {{ dbt.type_string() }}) || ' xã: ' || {{ found }} || '.'
            when other_print is not null
                then 'Ấn phẩm khác in số khác (' || other_print || '); kho dữ liệu có ' || {{ found }} || '.'
            else 'Số in không trái với các số in khác; kho dữ liệu có ' || {{ found }} || '.'
        end as explanation
    from compared
)

select
    figure_id,
    publication,
    survey_year,
    area,
    measure,
    poverty_class,
    unit,
    cast(published_value as double) as published_value,
    warehouse_value,
    difference,
    is_matched,
    is_self_consistent,
    consistent_value,
    relations_checked,
    explanation,
    plan_section,
    name_vi
from explained
