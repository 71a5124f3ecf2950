{# Every indicator, need and cause is a metric of its own, so that one column names what a figure is. #}
with

metrics as (
    select
        metric_code,
        metric_group,
        name_vi,
        name_en,
        unit,
        caution_en,
        cast(null as string) as indicator_code,
        cast(null as string) as need_code,
        cast(null as string) as cause_code,
        position
    from {{ source('reference', 'metrics') }}

    union all

    select
        concat('deprived_', indicator_code),
        'indicator',
        name_vi,
        name_en,
        'share',
        'Share of the households of the class that lack it',
        indicator_code,
        cast(null as string),
        cast(null as string),
        sort_order
    from {{ ref('bi_dim_indicator') }}

    union all

    select
        concat('need_', need_code),
        'need',
        name_vi,
        name_en,
        'households',
        case when has_parts then 'Households with any of its parts: do not add it to them' end,
        cast(null as string),
        need_code,
        cast(null as string),
        sort_order
    from {{ ref('dim_need') }}

    union all

    select
        concat('cause_', cause_code),
        'cause',
        name_vi,
        name_en,
        'households',
        'A household may have several: do not add causes',
        cast(null as string),
        cast(null as string),
        cause_code,
        sort_order
    from {{ ref('dim_cause') }}
),

metric_groups as (
    select * from {{ source('reference', 'labels') }}
    where kind = 'metric_group'
),

units as (
    select * from {{ source('reference', 'labels') }}
    where kind = 'unit'
)

select
    metrics.metric_code,
    metrics.metric_group,
    metric_groups.label_vi as metric_group_vi,
    metric_groups.label_en as metric_group_en,
    metrics.name_vi,
    metrics.name_en,
    metrics.unit,
    units.label_vi as unit_vi,
    metrics.caution_en,
    metrics.indicator_code,
    metrics.need_code,
    metrics.cause_code,
    cast(row_number() over (
        order by metric_groups.position, metrics.position, metrics.metric_code
    ) as integer) as sort_order
from metrics
left join metric_groups on metrics.metric_group = metric_groups.code
left join units on metrics.unit = units.code
