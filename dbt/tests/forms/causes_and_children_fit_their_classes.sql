{# A cause never counts more households than the class has, nor an indicator more children than live there. #}
with

classes as (
    select * from {{ ref('area_year_class') }}
),

causes as (
    select
        {{ area_key() | join(', ') }},
        poverty_class,
        max(households) as most_households
    from {{ ref('area_year_cause') }}
    group by {{ area_key() | join(', ') }}, poverty_class
),

children as (
    select
        {{ area_key() | join(', ') }},
        poverty_class,
        min(children) as least_children,
        max(children) as most_children,
        max(deprived_children) as most_deprived,
        max(households_with_children) as households_with_children
    from {{ ref('child_indicator_area_year') }}
    group by {{ area_key() | join(', ') }}, poverty_class
)

select
    {{ qualified('classes', area_key()) }},
    classes.poverty_class
from classes
left join causes
    on
        {{ equal_on('classes', 'causes', area_key()) }}
        and classes.poverty_class = causes.poverty_class
left join children
    on
        {{ equal_on('classes', 'children', area_key()) }}
        and classes.poverty_class = children.poverty_class
where
    classes.poverty_class in ('poor', 'near_poor')
    and (
        causes.survey_year is null
        or children.survey_year is null
        or causes.most_households > classes.households
        or children.least_children <> children.most_children
        or children.most_deprived > children.most_children
        or children.households_with_children > classes.households
    )
