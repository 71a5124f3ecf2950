{# Every indicator of the year's standard and every need that names an agency stands in agency_indicator in every area;
   every task of the plan keeps all its lead agencies. #}
with

expected as (
    select
        counts.survey_year,
        counts.area_level,
        counts.boundary,
        counts.area_code,
        count(*) as topics
    from (
        select {{ area_key() | join(', ') }}, indicator_code as topic_code
        from {{ ref('indicator_area_year') }}
        where poverty_class = 'poor_or_near_poor'
        union all
        select {{ area_key() | join(', ') }}, needs.need_code
        from {{ ref('need_area_year') }} as counts
        inner join {{ source('reference', 'needs') }} as needs
            on counts.need_code = needs.need_code and needs.responsible_agency_2021 is not null
    ) as counts
    group by counts.survey_year, counts.area_level, counts.boundary, counts.area_code
),

found as (
    select {{ area_key() | join(', ') }}, count(*) as topics
    from {{ ref('agency_indicator') }}
    group by {{ area_key() | join(', ') }}
),

tasks as (
    select
        printed.task_id,
        length(replace(replace(replace(printed.lead_agencies_vi, ';', ''), ',', ''), ' ', '')) as letters,
        sum(length(replace(replace(tasks.printed_lead_agency_vi, ',', ''), ' ', ''))) as kept_letters
    from {{ source('reference', 'programme_tasks') }} as printed
    left join {{ ref('programme_task') }} as tasks on printed.task_id = tasks.task_id
    group by printed.task_id, printed.lead_agencies_vi
)

select expected.area_code as lost
from expected
left join found on {{ equal_on('expected', 'found', area_key()) }}
where coalesce(found.topics, 0) <> expected.topics
union all
select task_id
from tasks
where coalesce(letters, 0) <> coalesce(kept_letters, 0)
