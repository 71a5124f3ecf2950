select * from {{ ref('area_figures') }}
where area_level = 'district' and boundary = 'as_reviewed'
