with

weights as (
    {{ link_weights(['number_same']) | indent(4) }}
),

identity as (
    select source_file_id, row_number, household_id
    from {{ ref('int_household_identity') }}
),

links as (
    select * from {{ ref('int_household_link') }}
),

records as (
    select record_number, survey_year, commune_code, household_code, exit_reason
    from {{ ref('int_identity_record') }}
),

ids as (
    select links.record_number, links.first_record_number, identity.household_id
    from links
    inner join identity
        on
            links.source_file_id = identity.source_file_id
            and links.row_number = identity.row_number
),

{# A row whose last id is not the one it had before. #}
relinked as (
    select
        before.household_id as old_id,
        latest.household_id as new_id,
        min(latest.survey_year) as survey_year
    from {{ ref('int_identity_ledger') }} as latest
    inner join {{ ref('int_identity_ledger') }} as before
        on
            latest.survey_year = before.survey_year
            and latest.commune_code = before.commune_code
            and latest.household_code = before.household_code
            and latest.given_number = before.given_number + 1
    group by before.household_id, latest.household_id
),

{# The head of a new household lived in another one the year before. #}
splits as (
    select
        earlier.household_id as old_id,
        later.household_id as new_id,
        evidence.survey_year
    from {{ ref('int_link_pair_person') }} as evidence
    cross join weights
    inner join ids as later on evidence.record_number = later.record_number
    inner join ids as earlier on evidence.earlier_record_number = earlier.record_number
    inner join {{ ref('int_survey_year') }} as survey_years
        on
            evidence.survey_year = survey_years.survey_year
            and evidence.earlier_survey_year = survey_years.previous_survey_year
    where
        later.record_number = later.first_record_number
        and not evidence.is_left_list
        and evidence.head_was_there
        and evidence.weight >= weights.number_same
        and earlier.household_id <> later.household_id
    qualify row_number() over (
        partition by later.household_id
        order by evidence.shared_persons desc, evidence.weight desc, earlier.household_id asc
    ) = 1
),

{# One that its commune reports as merged, or whose head or half of whose persons are in another household next year. #}
reported_mergers as (
    select
        ids.first_record_number,
        ids.household_id,
        records.survey_year
    from ids
    inner join records on ids.record_number = records.record_number
    where records.exit_reason = 'merged_into_another'
),

merging as (
    select first_record_number, survey_year from {{ ref('int_identity_merger') }}
    union
    select first_record_number, survey_year from reported_mergers
),

mergers as (
    select
        old_ids.household_id as old_id,
        new_ids.household_id as new_id,
        merging.survey_year
    from merging
    inner join ids as old_ids on merging.first_record_number = old_ids.record_number
    left join {{ ref('int_identity_merger') }} as mergers
        on
            merging.first_record_number = mergers.first_record_number
            and merging.survey_year = mergers.survey_year
    left join ids as new_ids on mergers.other_first_record_number = new_ids.record_number
),

changes as (
    select old_id, new_id, survey_year, 'relinked' as reason from relinked
    union all
    select old_id, new_id, survey_year, 'split_off' as reason from splits
    union all
    select old_id, new_id, survey_year, 'merged_into_another' as reason from mergers
)

select
    {{ dbt.hash(dbt.concat([
        "old_id", "'|'", "coalesce(new_id, '')", "'|'", "cast(survey_year as " ~ dbt.type_string() ~ ")", "'|'",
        "reason",
    ])) }}
        as change_id,
    old_id,
    new_id,
    cast(survey_year as integer) as survey_year,
    reason
from changes
