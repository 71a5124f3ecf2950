{# Relations that models read and dbt does not make, before a run. #}
{% macro source_relations() -%}
    {%- if execute -%} {{ return(adapter.dispatch('source_relations')()) }} {%- endif -%}
{%- endmacro %}

{# The reference tables as tables of the build file too: dbt's unit tests ask there for their columns. #}
{% macro duckdb__source_relations() -%}
    create schema if not exists reference;
    {%- for node in graph.sources.values() if node.source_name == 'reference' %}
    create or replace table reference.{{ node.name }} as select * from {{ source('reference', node.name) }};
    {%- endfor -%}
{%- endmacro %}

{# Spark reads files through tables that name their place. Parquet files of one source may differ in columns. #}
{% macro spark__source_relations() -%}
    {%- set schemas = [] -%}
    {%- for node in graph.sources.values() -%}
        {%- set location = modules.re.match("read_(parquet|csv)[(]'([^']+)'", node.config.meta.external_location) -%}
        {%- if node.schema not in schemas -%}
            {%- do schemas.append(node.schema) -%}
            {%- do run_query('create database if not exists ' ~ node.schema) -%}
        {%- endif -%}
        {%- do run_query('drop table if exists ' ~ node.schema ~ '.' ~ node.identifier) -%}
        {%- do run_query(
            'create table ' ~ node.schema ~ '.' ~ node.identifier ~ ' using ' ~ location.group(1)
            ~ " options (path '" ~ modules.re.sub('/[*][.]parquet$', '', location.group(2)) ~ "', "
            ~ ("mergeSchema 'true'" if location.group(1) == 'parquet' else "header 'true'") ~ ')'
        ) -%}
    {%- endfor -%}
{%- endmacro %}
