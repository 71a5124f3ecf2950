{# Every household and member row of an accepted file is staged; every staged row of a file in force loads, or waits in
   quarantine with a finding, or is the left_list row of a household that has a class row in the same year. #}
with

staged as (
    select source_file_id, 'household' as role, count(*) as staged_rows
    from {{ ref('stg_household') }}
    group by source_file_id

    union all

    select source_file_id, 'member' as role, count(*) as staged_rows
    from {{ ref('stg_member') }}
    group by source_file_id
),

sent as (
    select source_file_id, 'household' as role, household_rows as sent_rows, is_in_force, status
    from {{ ref('stg_source_file') }}

    union all

    select source_file_id, 'member' as role, member_rows as sent_rows, is_in_force, status
    from {{ ref('stg_source_file') }}
),

quarantined as (
    select source_file_id, count(distinct row_number) as quarantined_rows
    from {{ ref('int_household_row_problem') }}
    group by source_file_id
),

published as (
    select source_file_id, count(*) as published_rows
    from {{ ref('fct_household_year') }}
    group by source_file_id
),

replaced as (
    select identity.source_file_id, count(*) as replaced_rows
    from {{ ref('int_household_identity') }} as identity
    inner join {{ ref('int_household_classified') }} as households
        on
            identity.source_file_id = households.source_file_id
            and identity.row_number = households.row_number
    where not identity.is_row_of_the_year and households.recorded_class = 'left_list'
    group by identity.source_file_id
)

select
    sent.source_file_id,
    sent.role
from sent
left join staged on sent.source_file_id = staged.source_file_id and sent.role = staged.role
left join quarantined on sent.source_file_id = quarantined.source_file_id
left join published on sent.source_file_id = published.source_file_id
left join replaced on sent.source_file_id = replaced.source_file_id
where
    (sent.status = 'accepted' and sent.sent_rows <> coalesce(staged.staged_rows, 0))
    or (
        sent.is_in_force
        and sent.role = 'household'
        and coalesce(staged.staged_rows, 0) <> coalesce(quarantined.quarantined_rows, 0)
        + coalesce(published.published_rows, 0) + coalesce(replaced.replaced_rows, 0)
    )
