{# Rows that are kept from one build to the next, because all that they were made from is as it was.

   A table is made in parts: the rows of a file or of a year (`meta.kept_by` of a model: source_file_id, survey_year or
   to_year; without it the table is one part). A part is made again when the model or a row that it reads differs from
   what it was made from, so that the outcome is that of making everything again.

   What a part reads of another table: the rows of its file where both have files; else the rows of its year where the
   other has years; else all rows. Of the tables in `meta.reads_earlier_years` also those of earlier years, of those in
   `meta.reads_next_year` also those of the next year. Raw rows of households and members need no look: a row of
   stg_source_file names the extraction that counts, and an extraction never changes.

   kept.part has what is in each table: one sum of hashes for each file and year. kept.made has what each part was made
   from. Both change in the transaction that changes the table. #}

{% macro kept_tables() -%}
    {%- if target.type == "duckdb" -%}
    create schema if not exists kept;
    create table if not exists kept.part (relation varchar, file varchar, part_year integer, row_hash hugeint);
    create table if not exists kept.made (relation varchar, part varchar, made_from varchar);
    {%- endif -%}
{%- endmacro %}

{# The parts of this model that must be made: none where it is made as a whole. #}
{% macro parts_to_make() -%}
    {%- set there = load_cached_relation(this) -%}
    {%- if there is none or there.type != 'table' -%} {{ return(none) }} {%- endif -%}
    {%- set name = _name_of(model) -%}
    {%- set found = run_query(
        "with now as (" ~ _made_from() ~ "), before as (select part, made_from from kept.made where relation = '" ~ name
        ~ "') select coalesce(now.part, before.part) as part, now.made_from is distinct from before.made_from as is_other,"
        ~ " before.part is not null as is_known from now full join before on now.part = before.part"
    ) -%}
    {%- set other = [] -%}
    {%- set known = [] -%}
    {%- for row in found.rows -%}
        {%- if row[1] -%} {%- do other.append(row[0]) -%} {%- endif -%}
        {%- if row[2] -%} {%- do known.append(row[0]) -%} {%- endif -%}
    {%- endfor -%}
    {{ return(none if not known or 2 * (other | length) > found.rows | length else other) }}
{%- endmacro %}

{# This model's SQL for some parts: it reads of the other tables what those parts read. #}
{% macro sql_of_parts(parts) -%}
    {%- set is_by_file = _kept_by() == 'source_file_id' -%}
    {%- set listed = "('" ~ parts | join("', '") ~ "')" if is_by_file else "(" ~ parts | join(", ") ~ ")" -%}
    {%- set sql = namespace(text=compiled_code) -%}
    {%- for node in _nodes_read() if node.name not in _tables_of('reads_earlier_years') + _tables_of('reads_next_year') -%}
        {%- set columns = _columns_of(node) -%}
        {%- set relation = source(node.source_name, node.name) if node.resource_type == 'source' else ref(node.name) -%}
        {%- set condition = none -%}
        {%- if is_by_file and columns.file -%}
            {%- set condition = _in_or_none("source_file_id", listed) -%}
        {%- elif not is_by_file and columns.year -%}
            {%- set condition = _in_or_none(columns.year, listed) -%}
        {%- elif not is_by_file and columns.file and node.resource_type == 'source' -%}
            {%- set condition = "source_file_id in (select file from kept.part where relation = "
                ~ "'staging.stg_source_file' and part_year in " ~ listed ~ ")" -%}
        {%- endif -%}
        {%- if condition -%}
            {%- set sql.text = sql.text | replace(
                relation | string, "(select * from " ~ relation ~ " where " ~ condition ~ ")"
            ) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- set text = modules.re.sub('true /[*] parts by ([a-z_.]+) [*]/', '\\1 in ' ~ listed, sql.text) -%}
    select * from ({{ text }}) as made where {{ _kept_by() }} in {{ listed }}
{%- endmacro %}

{# A row of no file or no year is read by every part. #}
{% macro _in_or_none(column, listed) -%} ({{ column }} in {{ listed }} or {{ column }} is null) {%- endmacro %}

{# In a model that reads earlier years too: rows of these parts alone need be looked at. #}
{% macro in_parts(column) -%} true /* parts by {{ column }} */ {%- endmacro %}

{# Forget some parts of this model, or all of it. #}
{% macro forget_parts(parts=none) -%}
    {%- set of_model = "relation = '" ~ _name_of(model) ~ "'" -%}
    {%- set listed = "('" ~ (parts or []) | join("', '") ~ "')" -%}
    {%- if parts is none %}
    delete from kept.made where {{ of_model }};
    delete from kept.part where {{ of_model }};
    {%- else %}
    delete from kept.made where {{ of_model }} and part in {{ listed }};
    delete from kept.part
    where {{ of_model }} and {{ 'file' if _kept_by() == 'source_file_id' else 'part_year' }} in {{ listed }};
    {%- endif %}
{%- endmacro %}

{# Note what some parts of this model hold and what they were made from, or all of it. #}
{% macro note_parts(parts=none) -%}
    {%- set listed = "('" ~ (parts or []) | join("', '") ~ "')" -%}
    {%- if _kept_by() %}
    select error('{{ _name_of(model) }} has rows without {{ _kept_by() }}, which belong to no part')
    from {{ this }} where {{ _kept_by() }} is null;
    {%- endif %}
    insert into kept.made
    select '{{ _name_of(model) }}', part, made_from from ({{ _made_from() }})
    where {{ 'true' if parts is none else 'part in ' ~ listed }};
    {%- if _is_read() %}
    insert into kept.part
    {{ _row_hashes(_name_of(model), this, _columns_of(model), 'true' if parts is none else _kept_by() ~ ' in ' ~ listed) }};
    {%- endif %}
{%- endmacro %}

{# part, made_from: of each part of this model, a hash of the model and of all rows that it reads. #}
{% macro _made_from() -%}
    {%- set is_by_file = _kept_by() == 'source_file_id' -%}
    {%- set text = compiled_code ~ tojson(model.columns) ~ model.description ~ tojson(model.constraints) ~ tojson(model.config.meta) -%}
    {%- set code = local_md5(text | replace(env_var('POVERTY_HOME'), '')) -%}
    {%- set tables = [] -%}
    {%- set others = [] -%}
    {%- for node in _nodes_read() -%}
        {%- if node.resource_type == 'source' and node.source_name == 'raw' and node.name in ('household', 'member') -%}
        {%- elif node.resource_type == 'source' -%}
            {%- do others.append(_row_hashes(_name_of(node), source(node.source_name, node.name), _columns_of(node))) -%}
        {%- elif node.config.materialized != 'table' -%}
            {%- do others.append(_row_hashes(_name_of(node), ref(node.name), {})) -%}
        {%- else -%}
            {%- do tables.append(_name_of(node)) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- set earlier = _quoted_names('reads_earlier_years') -%}
    with
    rows_read as (
        select relation, file, part_year, row_hash from kept.part where relation in ('{{ tables | join("', '") }}')
        {%- for other in others %}
        union all {{ other }}
        {%- endfor %}
    ),
    {%- if not _kept_by() %}
    parts as (select '' as part, cast(null as integer) as part_year),
    reads as (select '' as part, relation, row_hash from rows_read)
    {%- else %}
    {%- if is_by_file %}
    parts as (select file as part, part_year from kept.part where relation = 'staging.stg_source_file'),
    {%- else %}
    parts as (
        select distinct cast(part_year as varchar) as part, part_year from rows_read where part_year is not null
    ),
    {%- endif %}
    years as (
        select relation, part_year, sum(row_hash) as row_hash
        from rows_read
        where part_year is not null {{ 'and file is null' if is_by_file }}
        group by all
    ),
    reads as (
        select parts.part, years.relation, years.row_hash
        from parts inner join years on parts.part_year = years.part_year
        where years.relation not in ({{ earlier }})
        union all
        select parts.part, years.relation, years.row_hash
        from parts inner join years on parts.part_year >= years.part_year and years.relation in ({{ earlier }})
        union all
        select next_years.part, years.relation, years.row_hash
        from (select part, lead(part_year) over (order by part_year) as part_year from parts) as next_years
        inner join years
            on next_years.part_year = years.part_year and years.relation in ({{ _quoted_names('reads_next_year') }})
        union all
        {%- if is_by_file %}
        select parts.part, rows_read.relation, rows_read.row_hash
        from parts inner join rows_read on parts.part = rows_read.file
        union all
        {%- endif %}
        select parts.part, rest.relation, rest.row_hash
        from parts
        cross join (
            select relation, sum(row_hash) as row_hash from rows_read
            where part_year is null {{ 'and file is null' if is_by_file }}
            group by all
        ) as rest
    )
    {%- endif %},
    summed as (select part, relation, sum(row_hash) as row_hash from reads group by all),
    listed as (
        select part, string_agg(relation || cast(row_hash as varchar), ',' order by relation) as read_rows
        from summed group by all
    )
    select parts.part, md5('{{ code }}' || coalesce(listed.read_rows, '')) as made_from
    from parts left join listed on parts.part = listed.part
{%- endmacro %}

{# The sums of hashes of a relation, for each file and year that it has. #}
{% macro _row_hashes(name, relation, columns, condition='true') -%}
    select
        '{{ name }}' as relation,
        {{ columns.file or 'cast(null as varchar)' }} as file,
        {{ columns.year or 'cast(null as integer)' }} as part_year,
        sum(cast(hash(hashed) as hugeint)) as row_hash
    from {{ relation }} as hashed
    where {{ condition }}
    group by all
{%- endmacro %}

{% macro _kept_by() -%} {{ return(model.config.meta.get('kept_by')) }} {%- endmacro %}

{% macro _tables_of(meta) -%} {{ return(model.config.meta.get(meta, [])) }} {%- endmacro %}

{% macro _quoted_names(meta) -%}
    {%- set names = ["''"] -%}
    {%- for node in _nodes_read() if node.name in _tables_of(meta) -%}
        {%- do names.append("'" ~ _name_of(node) ~ "'") -%}
    {%- endfor -%}
    {{ return(names | join(', ')) }}
{%- endmacro %}

{% macro _name_of(node) -%} {{ return(node.schema ~ '.' ~ (node.alias or node.name)) }} {%- endmacro %}

{# What this model reads. #}
{% macro _nodes_read() -%}
    {%- set nodes = [] -%}
    {%- for unique_id in model.depends_on.nodes -%}
        {%- do nodes.append(graph.nodes.get(unique_id) or graph.sources.get(unique_id)) -%}
    {%- endfor -%}
    {{ return(nodes) }}
{%- endmacro %}

{% macro _is_read() -%}
    {%- for node in graph.nodes.values() if model.unique_id in node.depends_on.nodes and node.resource_type == 'model' -%}
        {{ return(true) }}
    {%- endfor -%}
    {{ return(false) }}
{%- endmacro %}

{# {'file': …, 'year': …}: the columns that say whose a row is, where a table has them. #}
{% macro _columns_of(node) -%}
    {%- if node.resource_type == 'source' -%}
        {{ return({
            'file': 'source_file_id' if node.source_name == 'raw',
            'year': 'survey_year' if node.source_name == 'raw' and node.name in ('source_file', 'finding'),
        }) }}
    {%- elif node.config.contract.enforced -%}
        {%- set names = node.columns | list -%}
    {%- else -%}
        {#- Asked once for each table, which is made before anything reads it. -#}
        {%- set known = graph.nodes[node.unique_id] -%}
        {%- if 'columns_made' not in known -%}
            {%- set found = run_query("select column_name from duckdb_columns() where database_name = '" ~ node.database
                ~ "' and schema_name = '" ~ node.schema ~ "' and table_name = '" ~ (node.alias or node.name) ~ "'") -%}
            {%- do known.update({'columns_made': found.columns[0].values() | list}) -%}
        {%- endif -%}
        {%- set names = known.columns_made -%}
    {%- endif -%}
    {{ return({
        'file': 'source_file_id' if 'source_file_id' in names,
        'year': 'survey_year' if 'survey_year' in names else 'to_year' if 'to_year' in names,
    }) }}
{%- endmacro %}
