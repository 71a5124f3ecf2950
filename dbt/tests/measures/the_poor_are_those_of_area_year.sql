{# Two ways from the same households: the poor of the measures are the recognised poor of the official figures. #}
with

measures as (
    select * from {{ ref('poverty_measure') }}
),

areas as (
    select * from {{ ref('area_year') }}
)

select {{ qualified('areas', area_key()) }}
from areas
left join measures on {{ equal_on('areas', 'measures', area_key()) }}
group by {{ qualified('areas', area_key()) }}
having
    count(measures.unit) <> 4
    or max(case when measures.unit = 'household' then measures.poor end) <> max(areas.poor_households)
    or max(case when measures.unit = 'person' then measures.poor end) <> max(areas.poor_persons)
    or coalesce(max(case when measures.unit = 'household' then measures.population end), -1)
    <> coalesce(max(areas.resident_households), -1)
    or abs(max(case when measures.unit = 'household' then measures.headcount_ratio end) - max(areas.poor_rate)) > 1e-12
