{# Every record with the first record of its household, as far as decisions and codes tell. #}
with recursive

links as (
    {% for pass in ['int_link_00_decision', 'int_link_01_previous_code', 'int_link_02_same_code'] -%}
    select record_number, earlier_record_number, is_linked
    from {{ ref(pass) }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

made as (
    select record_number, earlier_record_number
    from links
    where is_linked
),

{{ identity_chains('chains', 'made') }}

select
    chains.record_number,
    chains.chain_number,
    records.survey_year,
    records.is_left_list,
    links.record_number is not null as is_dealt_with
from chains
inner join {{ ref('int_identity_record') }} as records on chains.record_number = records.record_number
left join links on chains.record_number = links.record_number
