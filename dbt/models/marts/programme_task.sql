{# Lead agencies stand in one cell, parted by semicolons and commas. A comma parts agencies only before a capital: "Các
   sở, ban ngành, đoàn thể tỉnh" is one. The plan's spellings of an agency are in the seed agency_names. #}
{% set most_parts = 20 -%}
with

tasks as (
    select
        task_id,
        section,
        title_en,
        period,
        replace(coalesce(lead_agencies_vi, ''), ';', ',') as leads
    from {{ source('reference', 'programme_tasks') }}
),

part_numbers as (
    {% for number in range(1, most_parts + 1) -%}
    select {{ number }} as part_number
    {{ 'union all' if not loop.last }}
    {% endfor -%}
),

parts as (
    select
        tasks.task_id,
        part_numbers.part_number,
        trim(split_part(tasks.leads, ',', part_numbers.part_number)) as part
    from tasks
    cross join part_numbers
    where trim(split_part(tasks.leads, ',', part_numbers.part_number)) <> ''
),

numbered as (
    select
        *,
        sum(case when lower(left(part, 1)) <> left(part, 1) then 1 else 0 end) over (
            partition by task_id
            order by part_number
        ) as lead_number
    from parts
),

leads as (
    select
        task_id,
        cast(lead_number as integer) as lead_number,
        {{ dbt.listagg('part', "', '", 'order by part_number') }} as printed_name
    from numbered
    group by task_id, lead_number
)

select
    tasks.task_id,
    coalesce(leads.lead_number, 1) as lead_number,
    tasks.section,
    tasks.title_en,
    coalesce(agency_names.agency_vi, leads.printed_name) as lead_agency_vi,
    leads.printed_name as printed_lead_agency_vi,
    tasks.period,
    tasks.period = 'yearly' as is_yearly,
    case when tasks.period <> 'yearly' then cast(split_part(tasks.period, '-', 1) as integer) end as first_year,
    case when tasks.period <> 'yearly' then cast(split_part(tasks.period, '-', 2) as integer) end as last_year
from tasks
left join leads on tasks.task_id = leads.task_id
left join {{ source('reference', 'agency_names') }} as agency_names on leads.printed_name = agency_names.printed_name
