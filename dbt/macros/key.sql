{# The key of a model, named once: the columns of its constraint primary_key, or unique where a part may be null. #}
{% macro key_of(node) %}
    {%- for constraint in node.constraints if constraint.type in ("primary_key", "unique") -%}
        {{ return(constraint) }}
    {%- endfor -%}
{% endmacro %}

{# In one scan: the keys that several rows have, and those with a part missing. Tables with an enforced contract need
   no such test: DuckDB keeps their constraints while it writes them. #}
{% test key(model) %}
    {%- if execute -%}
        {%- set node = graph.nodes.values()
            | selectattr("schema", "equalto", model.schema)
            | selectattr("alias", "equalto", model.identifier)
            | first -%}
        {%- set key = key_of(node) -%}
        select {{ key.columns | join(", ") }}
        from {{ model }}
        group by {{ key.columns | join(", ") }}
        having
            count(*) > 1
            {%- if key.type == "primary_key" %}
            or {{ key.columns | join(" is null or ") }} is null
            {%- endif %}
    {%- endif -%}
{% endtest %}
