with

needs as (
    select * from {{ source('reference', 'needs') }}
),

parents as (
    select distinct parent_code from needs
)

select
    needs.need_code,
    needs.name_vi,
    needs.name_en,
    needs.parent_code,
    parents.parent_code is not null as has_parts,
    cast(row_number() over (
        order by coalesce(needs.parent_code, needs.need_code), needs.parent_code is not null, needs.need_code
    ) as integer) as sort_order
from needs
left join parents on needs.need_code = parents.parent_code
