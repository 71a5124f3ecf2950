{# Counts exactly; rates to what a double can hold. #}
select from_year, to_year, area_level, area_code, list, cast(null as {{ dbt.type_string() }}) as movement
from {{ ref('poverty_change_decomposition') }}
where
    change <> closing - opening
    or change <> entries - exits + standard_effect + income_effect + deprivation_effect + recognition_effect
    or real_effect <> income_effect + deprivation_effect
    or (from_standard_code = to_standard_code and standard_effect <> 0)
    or abs(
        rate_change - entry_rate_effect - exit_rate_effect - standard_rate_effect - income_rate_effect
        - deprivation_rate_effect - recognition_rate_effect - population_rate_effect
    ) > 0.000000000001

union all

select from_year, to_year, area_level, area_code, list, movement
from {{ ref('poverty_movement_decomposition') }}
where
    change <> standard_effect + income_effect + deprivation_effect + recognition_effect
    or real_effect <> income_effect + deprivation_effect
