with

spellings as (
    select head_name as spelling from {{ ref('stg_household') }}
    union
    select full_name as spelling from {{ ref('stg_member') }}
),

keyed as (
    select
        spelling,
        {{ text_key('spelling') }} as name_key
    from spellings
    where spelling is not null
)

select
    spelling,
    name_key,
    split_part(name_key, ' ', 1) as first_word,
    split_part(name_key, ' ', -1) as last_word,
    dense_rank() over (order by name_key) as name_number
from keyed
