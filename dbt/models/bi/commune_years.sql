select * from {{ ref('area_figures') }}
where area_level = 'commune' and boundary = 'harmonised'
