{# A household whose commune is not in dim_commune under its date would be in no area. #}
with

communes as (
    select distinct commune_code, commune_valid_from
    from {{ ref('fct_household_year') }}
)

select communes.*
from communes
left join {{ ref('dim_commune') }} as known
    on
        communes.commune_code = known.commune_code
        and communes.commune_valid_from = known.valid_from
where known.commune_code is null
