
    
    select
      count(*) as failures,
      count(*) != 0 as should_warn,
      count(*) != 0 as should_error
    from (
      
    
  
    
    

with all_values as (

    select
        poverty_class as value_field,
        count(*) as n_records

    from "build"."marts"."fct_household_year"
    group by poverty_class

)

select *
from all_values
where value_field not in (
    'poor','near_poor','average','non_poor','left_list'
)



  
  
      
    ) dbt_internal_test