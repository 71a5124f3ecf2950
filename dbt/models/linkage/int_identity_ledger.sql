{# Rows are only added. Without them a late file for an earlier year could change
   an id that was published, unseen. #}
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    full_refresh=false,
    on_schema_change='fail',
    post_hook='{{ tell_rows(this) }}'
) }}
with

present as (
    select
        records.survey_year,
        records.commune_code,
        records.household_code,
        identity.household_id
    from {{ ref('int_household_identity') }} as identity
    inner join {{ ref('int_identity_record') }} as records
        on
            identity.source_file_id = records.source_file_id
            and identity.row_number = records.row_number
)

{% if is_incremental() -%}
, given as (
    select *
    from {{ this }}
    qualify row_number() over (
        partition by survey_year, commune_code, household_code
        order by given_number desc
    ) = 1
)
{%- endif %}

select
    present.survey_year,
    present.commune_code,
    present.household_code,
    present.household_id,
    {% if is_incremental() -%}
    coalesce(given.given_number, 0) + 1 as given_number
    {%- else -%}
    1 as given_number
    {%- endif %}
from present
{%- if is_incremental() %}
left join given
    on
        present.survey_year = given.survey_year
        and present.commune_code = given.commune_code
        and present.household_code = given.household_code
where given.household_id is null or present.household_id <> given.household_id
{%- endif %}
