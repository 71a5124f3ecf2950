{# The reference tables as tables of the build file too: dbt's unit tests ask there for their columns. #}
{% macro reference_relations() -%}
    {%- if execute -%}
    create schema if not exists reference;
    {%- for node in graph.sources.values() if node.source_name == 'reference' %}
    create or replace table reference.{{ node.name }} as select * from {{ source('reference', node.name) }};
    {%- endfor -%}
    {%- endif -%}
{%- endmacro %}
