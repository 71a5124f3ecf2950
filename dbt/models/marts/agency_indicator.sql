{{ config(meta={"kept_by": "survey_year"}) }}
{% set top_communes = 3 -%}
with

areas as (
    select * from {{ ref('area_year') }}
),

topics as (
    select 'indicator' as topic_type, indicator_code as topic_code, name_vi as topic_name_vi, responsible_agency_2021
    from {{ source('reference', 'indicators') }}
    where responsible_agency_2021 is not null
    union all
    select 'need', need_code, name_vi, responsible_agency_2021
    from {{ source('reference', 'needs') }}
    where responsible_agency_2021 is not null
),

counts as (
    select
        {{ area_key() | join(', ') }},
        'indicator' as topic_type,
        indicator_code as topic_code,
        deprived_households as households
    from {{ ref('indicator_area_year') }}
    where poverty_class = 'poor_or_near_poor'
    union all
    select
        {{ area_key() | join(', ') }},
        'need',
        need_code,
        households
    from {{ ref('need_area_year') }}
),

described as (
    select
        {{ qualified('counts', area_key()) }},
        areas.area_name,
        areas.communes_expected is not null as has_communes,
        topics.responsible_agency_2021 as agency_vi,
        counts.topic_type,
        counts.topic_code,
        topics.topic_name_vi,
        counts.households,
        areas.poor_households + areas.near_poor_households as listed_households
    from counts
    inner join topics on {{ equal_on('counts', 'topics', ['topic_type', 'topic_code']) }}
    inner join areas on {{ equal_on('counts', 'areas', area_key()) }}
),

{% set topic = ['topic_type', 'topic_code'] -%}

{# Which communes an area has, of the same boundary. #}
communes_of_areas as (
    select distinct
        {{ qualified('blocks', area_key()) }},
        communes.area_code as commune_code
    from {{ ref('int_block_area') }} as blocks
    inner join {{ ref('int_block_area') }} as communes
        on
            {{ equal_on('blocks', 'communes', ['survey_year', 'commune_code', 'boundary']) }}
            and communes.area_level = 'commune'
    where blocks.area_level <> 'commune'
),

placed as (
    select
        {{ qualified('communes_of_areas', area_key()) }},
        {{ qualified('communes', topic) }},
        communes.area_code as commune_code,
        communes.area_name as commune_name,
        communes.households,
        row_number() over (
            partition by {{ qualified('communes_of_areas', area_key()) }}, {{ qualified('communes', topic) }}
            order by communes.households desc, communes.area_code asc
        ) as commune_rank
    from described as communes
    inner join communes_of_areas
        on
            {{ equal_on('communes', 'communes_of_areas', ['survey_year', 'boundary']) }}
            and communes.area_code = communes_of_areas.commune_code
    where communes.area_level = 'commune' and communes.households > 0
),

top as (
    select
        {{ (area_key() + topic) | join(', ') }},
        {{ dbt.listagg('commune_code', "', '", 'order by commune_rank') }} as top_commune_codes,
        {{ dbt.listagg(
            "commune_name || ' (' || cast(households as " ~ dbt.type_string() ~ ") || ')'", "', '", 'order by commune_rank'
        ) }} as top_communes,
        cast(sum(households) as bigint) as top_households
    from placed
    where commune_rank <= {{ top_communes }}
    group by {{ (area_key() + topic) | join(', ') }}
)

select
    described.agency_vi,
    {{ qualified('described', area_key() + topic) }},
    described.topic_name_vi,
    described.area_name,
    described.households,
    described.listed_households,
    {{ ratio('described.households', 'described.listed_households') }} as share_of_listed,
    cast(rank() over (
        partition by {{ qualified('described', ['survey_year', 'area_level', 'boundary'] + topic) }}
        order by described.households desc
    ) as bigint) as rank_among_areas,
    cast(rank() over (
        partition by {{ qualified('described', area_key() + ['topic_type', 'agency_vi']) }}
        order by described.households desc
    ) as bigint) as rank_within_agency,
    top.top_commune_codes,
    top.top_communes,
    {{ ratio('top.top_households', 'described.households') }} as top_communes_share
from described
left join top
    on
        {{ equal_on('described', 'top', area_key() + topic) }}
        and described.has_communes
