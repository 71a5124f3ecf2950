{# What the effect of corrections calls "after" is the figure of area_year and indicator_area_year itself. #}
with

published as (
    {% for measure in [
        'poor_households', 'near_poor_households', 'average_households', 'non_poor_households', 'poor_persons',
        'near_poor_persons', 'female_headed_households', 'ethnic_minority_headed_households', 'merit_households',
        'social_protection_households', 'group_1_households', 'group_2_households', 'group_3_households',
        'resident_households', 'resident_persons'
    ] -%}
    select survey_year, area_code, '{{ measure }}' as measure, {{ measure }} as figure
    from {{ ref('area_year') }}
    where area_level = 'commune' and boundary = 'as_reviewed'

    union all

    {% endfor -%}
    select survey_year, area_code, 'deprived_' || indicator_code as measure, deprived_households as figure
    from {{ ref('indicator_area_year') }}
    where area_level = 'commune' and boundary = 'as_reviewed' and poverty_class = 'poor_or_near_poor'
)

select effects.survey_year, effects.commune_code, effects.measure
from {{ ref('correction_effect') }} as effects
left join published
    on
        effects.survey_year = published.survey_year
        and effects.commune_code = published.area_code
        and effects.measure = published.measure
where effects.after_value is distinct from published.figure
