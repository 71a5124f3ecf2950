{# Every indicator of an area and class counts the same households, those of area_year. #}
with

areas as (
    select * from {{ ref('area_year') }}
),

classes as (
    select
        {{ area_key() | join(', ') }},
        poverty_class,
        min(class_households) as least,
        max(class_households) as most,
        max(deprived_households) as most_deprived
    from {{ ref('indicator_area_year') }}
    group by {{ area_key() | join(', ') }}, poverty_class
)

select
    {{ qualified('areas', area_key()) }},
    classes.poverty_class
from areas
inner join classes on {{ equal_on('areas', 'classes', area_key()) }}
where
    classes.least <> classes.most
    or classes.most_deprived > classes.most
    or classes.most <> case classes.poverty_class
        when 'poor' then areas.poor_households
        when 'near_poor' then areas.near_poor_households
        when 'average' then areas.average_households
        when 'non_poor' then areas.non_poor_households
        else areas.poor_households + areas.near_poor_households
    end
