{# The rows of a relation for their harmonised commune, and once more for the whole territory, with `area_key`. A sum over
   both counts everything twice. #}
{% macro placed_in_harmonised_areas(relation, commune_key=none) -%}
    select
        {{ relation }}.*,
        {{ commune_key or area_key_text("'harmonised'", "'commune'", relation ~ '.harmonised_commune_code') }} as area_key
    from {{ relation }}

    union all

    select
        {{ relation }}.*,
        {{ area_key_text("'harmonised'", "'province'", 'territory.area_code') }}
    from {{ relation }}
    cross join {{ ref('int_territory') }} as territory
{%- endmacro %}
