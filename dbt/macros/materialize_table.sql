{# A table made again in one transaction, with the comments of its columns.

   dbt's own way makes it under another name, renames twice and sends each comment alone: for the tables of a small
   province that took longer than their queries. Nobody reads the build file while it is built, so no name must last. #}
{% materialization table, adapter="duckdb", supported_languages=["sql"] %}
    {%- set target_relation = this.incorporate(type="table") -%}
    {% call statement("main") -%}
        drop table if exists {{ target_relation }};
        {{ create_table_as(false, target_relation, compiled_code) }};
        {{ column_comments(target_relation) }}
    {%- endcall %}
    {{ adapter.commit() }}
    {{ return({"relations": [target_relation]}) }}
{% endmaterialization %}

{% macro column_comments(relation) %}
    {%- if model.description %}
    {{ alter_relation_comment(relation, model.description) }}
    {%- endif %}
    {%- for column in model.columns.values() if column.description %}
    comment on column {{ relation }}.{{ adapter.quote(column.name) }} is {{ duckdb_escape_comment(column.description) }};
    {%- endfor %}
{% endmacro %}

{# On Spark: Parquet, whatever the cluster's default is, with names and types as the contract has them. #}
{% materialization table, adapter="spark", supported_languages=["sql"] %}
    {%- set target_relation = this.incorporate(type="table") -%}
    {%- if config.get("contract").enforced -%}
    {{ get_assert_columns_equivalent(compiled_code) }}
    {%- set compiled_code = get_select_subquery(compiled_code) -%}
    {%- endif -%}
    {% call statement("drop") -%} drop table if exists {{ target_relation }} {%- endcall %}
    {% call statement("main") -%} create table {{ target_relation }} using parquet as {{ compiled_code }} {%- endcall %}
    {{ return({"relations": [target_relation]}) }}
{% endmaterialization %}
