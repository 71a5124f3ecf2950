{{ config(meta={"kept_by": "survey_year"}) }}
with

blocks as (
    select * from {{ ref('int_block_area') }}
),

communes as (
    select * from {{ ref('int_commune_year') }}
),

described as (
    select
        {{ qualified('blocks', area_key()) }},
        max(blocks.area_name) as area_name,
        cast(sum(communes.resident_households) as bigint) as resident_households,
        cast(sum(communes.resident_persons) as bigint) as resident_persons,
        count(*) as communes_expected,
        cast(sum(case when communes.is_received then 1 else 0 end) as bigint) as communes_received,
        cast(sum(case when communes.is_final then 1 else 0 end) as bigint) = count(*) as is_final
    from blocks
    inner join communes on {{ equal_on('blocks', 'communes', ['survey_year', 'commune_code']) }}
    group by {{ qualified('blocks', area_key()) }}
)

select * from described
where communes_received > 0
