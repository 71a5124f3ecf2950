
    
    select
      count(*) as failures,
      count(*) != 0 as should_warn,
      count(*) != 0 as should_error
    from (
      
    
  
    
    

with child as (
    select commune_key as from_field
    from "build"."bi"."household_years"
    where commune_key is not null
),

parent as (
    select area_key as to_field
    from "build"."bi"."dim_area"
)

select
    from_field

from child
left join parent
    on child.from_field = parent.to_field

where parent.to_field is null



  
  
      
    ) dbt_internal_test