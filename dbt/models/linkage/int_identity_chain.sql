with

links as (
    select record_number, earlier_record_number, is_linked
    from {{ ref('int_link_decision') }}
    union all
    select record_number, earlier_record_number, is_linked
    from {{ ref('int_link_by_code') }}
),

kept as (
    select record_number, earlier_record_number
    from links
    where is_linked
),

{{ link_chains('chains', 'kept') }}

select
    chains.record_number,
    chains.chain_number,
    records.survey_year,
    records.is_left_list,
    links.record_number is not null as is_dealt_with
from chains
inner join {{ ref('int_identity_record') }} as records on chains.record_number = records.record_number
left join links on chains.record_number = links.record_number
