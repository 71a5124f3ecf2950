{{ config(meta={"kept_by": "survey_year"}) }}
with

areas as (
    select {{ area_key() | join(', ') }} from {{ ref('int_area') }}
    union all
    select {{ area_key() | join(', ') }} from {{ ref('int_former_district_area') }}
),

needs as (
    select need_code from {{ source('reference', 'needs') }}
),

totals as (
    select * from {{ ref('int_area_class_total') }}
    union all
    select * from {{ ref('int_former_district_class_total') }}
),

counts as (
    {{ counts_by_name(
        'totals', 'need_code', needs() + need_children().keys() | list, {'households': 'need_'}
    ) | indent(4) }}
)

select
    {{ qualified('areas', area_key()) }},
    needs.need_code,
    cast(coalesce(sum(counts.households), 0) as bigint) as households
from areas
cross join needs
left join counts
    on
        {{ equal_on('areas', 'counts', area_key()) }}
        and needs.need_code = counts.need_code
        and counts.poverty_class in ('poor', 'near_poor')
group by {{ qualified('areas', area_key()) }}, needs.need_code
