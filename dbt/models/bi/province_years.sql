select * from {{ ref('area_figures') }}
where area_level = 'province' and boundary = 'as_reviewed'
