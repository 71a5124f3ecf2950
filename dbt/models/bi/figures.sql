{{ config(meta={"kept_by": "survey_year"}) }}
{% set groups = ['female_headed', 'ethnic_minority_headed', 'merit', 'social_protection', 'lacks_labour_capacity',
    'group_1', 'group_2', 'group_3'] -%}
{% set movement_lines = ['opening', 'to_other_list', 'above_line', 'other_decrease', 'from_other_list', 'returned',
    'newly_arisen', 'other_increase', 'closing'] -%}
{% set no_ratio = 'cast(null as double) as numerator, cast(null as double) as denominator' -%}
with

areas as (
    select * from {{ ref('area_year') }}
),

classes as (
    select * from {{ ref('area_year_class') }}
),

persons as (
    select
        {{ (area_key() + ['poverty_class']) | join(', ') }},
        sum(case when age_group in ('under_6', '6_to_15') then persons else 0 end) as children,
        sum(persons_without_health_insurance) as persons_without_health_insurance,
        sum(case when age_group in ('under_6', '6_to_15') then persons_without_health_insurance end)
            as children_without_health_insurance
    from {{ ref('person_area_year') }}
    group by {{ (area_key() + ['poverty_class']) | join(', ') }}
),

measures as (
    select * from {{ ref('poverty_measure') }}
    where unit = 'household' and weighting = 'equal'
),

movements as (
    select * from {{ ref('poverty_movement') }}
    where unit = 'household'
),

collected as (
    {% for metric in ['resident_households', 'resident_persons'] -%}
    select
        {{ area_key() | join(', ') }},
        '{{ metric }}' as metric_code,
        'all' as class_code,
        {{ metric }} as value,
        {{ no_ratio }}
    from areas
    union all
    {% endfor -%}

    {% for metric in ['households', 'persons'] + groups | map('string') | list -%}
    {% set column = metric if metric in ('households', 'persons') else metric ~ '_households' -%}
    select {{ area_key() | join(', ') }}, '{{ column }}', poverty_class, {{ column }}, null, null
    from classes
    union all
    {% endfor -%}

    select
        {{ area_key() | join(', ') }},
        'households',
        'poor_or_near_poor',
        poor_households + near_poor_households,
        null,
        null
    from areas
    union all

    {% for class_code, count in [
        ('poor', 'poor_households'),
        ('near_poor', 'near_poor_households'),
        ('poor_or_near_poor', 'poor_households + near_poor_households'),
    ] -%}
    select
        {{ area_key() | join(', ') }},
        'poverty_rate',
        '{{ class_code }}',
        {{ class_code }}_rate,
        {{ count }},
        resident_households
    from areas
    union all
    {% endfor -%}

    {% for metric in ['children', 'persons_without_health_insurance', 'children_without_health_insurance'] -%}
    select {{ area_key() | join(', ') }}, '{{ metric }}', poverty_class, {{ metric }}, null, null
    from persons
    union all
    {% endfor -%}

    select {{ area_key() | join(', ') }}, 'headcount_ratio', 'all', headcount_ratio, poor, population
    from measures
    union all
    select
        {{ area_key() | join(', ') }},
        'intensity',
        'all',
        intensity,
        weighted_deprivations,
        weight_denominator * poor
    from measures
    union all
    select
        {{ area_key() | join(', ') }},
        'adjusted_headcount_ratio',
        'all',
        adjusted_headcount_ratio,
        weighted_deprivations,
        weight_denominator * population
    from measures
    union all

    {% for line in movement_lines -%}
    select {{ area_key() | join(', ') }}, '{{ line }}', list, {{ line }}, null, null
    from movements
    union all
    {% endfor -%}

    select
        {{ area_key() | join(', ') }},
        concat('deprived_', indicator_code),
        poverty_class,
        deprivation_rate,
        deprived_households,
        class_households
    from {{ ref('indicator_area_year') }}
    union all
    select {{ area_key() | join(', ') }}, concat('need_', need_code), 'poor_or_near_poor', households, null, null
    from {{ ref('need_area_year') }}
    union all
    select {{ area_key() | join(', ') }}, concat('cause_', cause_code), poverty_class, households, null, null
    from {{ ref('area_year_cause') }}
),

commune_years as (
    select * from {{ ref('int_commune_year') }}
)

select
    {{ area_key_text(
        'collected.boundary', 'collected.area_level', 'collected.area_code', 'commune_years.commune_valid_from'
    ) }} as area_key,
    collected.survey_year,
    collected.metric_code,
    collected.class_code,
    cast(collected.value as double) as value,
    cast(collected.numerator as double) as numerator,
    cast(collected.denominator as double) as denominator,
    metrics.unit,
    collected.area_level,
    collected.boundary
from collected
inner join {{ ref('dim_metric') }} as metrics on collected.metric_code = metrics.metric_code
left join commune_years
    on
        collected.area_level = 'commune' and collected.boundary = 'as_reviewed'
        and collected.survey_year = commune_years.survey_year
        and collected.area_code = commune_years.commune_code
where collected.value is not null
