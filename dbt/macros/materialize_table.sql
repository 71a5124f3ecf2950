{# A table made again in one transaction, with the comments of its columns.

   dbt's own way makes it under another name, renames twice and sends each comment alone: for the tables of a small
   province that took longer than their queries. Nobody reads the build file while it is built, so no name must last.

   With the variable `tables_of_spark` its rows are those of a folder of Parquet that Spark has made (spark/home.py). #}
{% materialization table, adapter="duckdb", supported_languages=["sql"] %}
    {%- set target_relation = this.incorporate(type="table") -%}
    {%- set tables_of_spark = var("tables_of_spark", none) -%}
    {%- if tables_of_spark -%}
    {%- set files = tables_of_spark | replace("'", "''") ~ "/" ~ schema ~ ".db/" ~ this.identifier ~ "/*.parquet" -%}
    {%- set compiled_code = "select * from read_parquet('" ~ files ~ "')" -%}
    {%- endif -%}
    {%- set parts = none if tables_of_spark else parts_to_make() -%}
    {%- if parts is none -%}
    {% call statement("main") -%}
        {{ forget_parts() }}
        drop table if exists {{ target_relation }};
        {{ create_table_as(false, target_relation, compiled_code) }};
        {{ column_comments(target_relation) }}
    {%- endcall %}
    {# What Spark made its rows from is not known here by part. #}
    {% call statement("note") -%} {{ "select 1" if tables_of_spark else note_parts() }} {%- endcall %}
    {%- elif not parts -%}
    {% call statement("main") -%} select 1 {%- endcall %}
    {%- else -%}
    {# A key that is deleted is free in the next transaction. Parts that are forgotten are made by whoever comes next. #}
    {% call statement("clear") -%}
        {{ forget_parts(parts) }}
        delete from {{ target_relation }} where {{ _kept_by() }} in ('{{ parts | join("', '") }}');
    {%- endcall %}
    {{ adapter.commit() }}
    {% call statement("main") -%}
        insert into {{ target_relation }} by name {{ sql_of_parts(parts) }};
        {{ note_parts(parts) }}
    {%- endcall %}
    {%- endif -%}
    {{ adapter.commit() }}
    {{ tell_rows(target_relation) }}
    {{ return({"relations": [target_relation]}) }}
{% endmaterialization %}

{# To Dagster, which reads dbt's log as JSON and shows it beside the table. #}
{% macro tell_rows(relation) %}
    {%- if flags.LOG_FORMAT == "json" -%}
        {%- set rows = run_query("select count(*) from " ~ relation).rows[0][0] | int -%}
        {%- do log(tojson({"dagster/row_count": rows}), info=true) -%}
    {%- endif -%}
{% endmacro %}

{% macro column_comments(relation) %}
    {%- if model.description %}
    {%- set key = " Key: " ~ key_of(model).columns | join(", ") ~ "." if key_of(model) else "" -%}
    {{ alter_relation_comment(relation, model.description | trim ~ key) }}
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
    {%- if config.get("contract").enforced -%} {{ check_constraints_of(target_relation) }} {%- endif -%}
    {{ return({"relations": [target_relation]}) }}
{% endmaterialization %}

{# The constraints of a contract, which DuckDB keeps while it writes a table and Spark does not: asked afterwards, in one
   scan for what must not be null and one for each key. #}
{% macro check_constraints_of(relation) %}
    {%- set required = [] -%}
    {%- set keys = [] -%}
    {%- for column in model.columns.values() -%}
        {%- for constraint in column.constraints if constraint.type == "not_null" -%}
            {%- do required.append(column.name) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- for constraint in model.constraints if constraint.type in ("primary_key", "unique") -%}
        {%- do keys.append(constraint.columns | join(", ")) -%}
        {%- if constraint.type == "primary_key" -%} {%- do required.extend(constraint.columns) -%} {%- endif -%}
    {%- endfor -%}
    {%- set broken = [] -%}
    {%- if required -%}
        {%- set nulls = prefixed("count(*) - count(", required) | join("), ") ~ ")" -%}
        {%- for count in run_query("select " ~ nulls ~ " from " ~ relation).rows[0].values() -%}
            {%- if count -%} {%- do broken.append(required[loop.index0] ~ " is null") -%} {%- endif -%}
        {%- endfor -%}
    {%- endif -%}
    {%- for key in keys -%}
        {%- set twice = "select 1 from " ~ relation ~ " group by " ~ key ~ " having count(*) > 1 limit 1" -%}
        {%- if run_query(twice).rows -%} {%- do broken.append(key ~ " is not unique") -%} {%- endif -%}
    {%- endfor -%}
    {%- if broken -%}
        {{ exceptions.raise_compiler_error(relation ~ " breaks its contract: " ~ broken | join("; ")) }}
    {%- endif -%}
{% endmacro %}
