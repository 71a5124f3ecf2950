{{ config(meta={"kept_by": "source_file_id"}) }}
{# Members of a quarantined household are set aside with it; only a member without a household gets a finding. #}
with

listed as (
    select distinct source_file_id, household_code
    from {{ ref('stg_household') }}
    where household_code is not null
)

select
    members.source_file_id,
    members.row_number,
    'member_without_household' as check_code,
    'household_code' as column_name
from {{ ref('stg_member') }} as members
left join listed
    on
        members.source_file_id = listed.source_file_id
        and members.household_code = listed.household_code
where listed.household_code is null
