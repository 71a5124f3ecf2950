{{ config(meta={"kept_by": "survey_year"}) }}
select * from {{ ref('int_area_person_total') }}
union all
select * from {{ ref('int_former_district_person_total') }}
