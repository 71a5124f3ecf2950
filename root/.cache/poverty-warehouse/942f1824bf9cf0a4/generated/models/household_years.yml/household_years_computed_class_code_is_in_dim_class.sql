
    
    select
      count(*) as failures,
      count(*) != 0 as should_warn,
      count(*) != 0 as should_error
    from (
      
    
  
    
    

with child as (
    select computed_class_code as from_field
    from "build"."bi"."household_years"
    where computed_class_code is not null
),

parent as (
    select class_code as to_field
    from "build"."bi"."dim_class"
)

select
    from_field

from child
left join parent
    on child.from_field = parent.to_field

where parent.to_field is null



  
  
      
    ) dbt_internal_test