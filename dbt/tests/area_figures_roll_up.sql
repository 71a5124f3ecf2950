{# Whatever communes report stands once in the province, in an area class, and (while there are any) in a district. #}
{% set measures = ['resident_households', 'resident_persons', 'poor_households', 'near_poor_households',
    'average_households', 'non_poor_households', 'poor_persons', 'near_poor_persons', 'group_1_households',
    'female_headed_households', 'communes_received'] -%}
with

areas as (
    select
        survey_year,
        boundary,
        area_level,
        max(case when area_level = 'district' and resident_households is null then 1 else 0 end) as lacks_residents,
        {% for measure in measures -%}
        coalesce(sum({{ measure }}), 0) as {{ measure }}{{ ',' if not loop.last }}
        {% endfor -%}
    from {{ ref('area_year') }}
    group by survey_year, boundary, area_level
)

select
    parts.survey_year,
    parts.boundary,
    parts.area_level
from areas as parts
inner join areas as whole
    on
        parts.survey_year = whole.survey_year
        and parts.boundary = whole.boundary
        and whole.area_level = 'province'
where
    parts.lacks_residents = 0
    and (
        {% for measure in measures -%}
        {{ 'or ' if not loop.first }}parts.{{ measure }} <> whole.{{ measure }}
        {% endfor -%}
    )
