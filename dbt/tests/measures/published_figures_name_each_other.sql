{# A share or a sum of a figure that does not exist would be compared with too little. #}
select
    relations.relation_id,
    relations.figure_id
from {{ ref('int_published_relation') }} as relations
left join {{ ref('published_figure') }} as figures on relations.figure_id = figures.figure_id
where figures.figure_id is null
