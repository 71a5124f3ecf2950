{# Figures that other printed figures do not contradict, in years whose communes are all there. #}
select
    figures.figure_id,
    figures.difference
from {{ ref('published_figure') }} as figures
inner join {{ ref('area_year') }} as provinces
    on
        figures.survey_year = provinces.survey_year
        and provinces.area_level = 'province'
        and provinces.boundary = 'as_reviewed'
where
    not figures.is_matched
    and figures.is_self_consistent
    and provinces.communes_received = provinces.communes_expected
