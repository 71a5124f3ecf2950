{# The tests of type relationships are the one place where a foreign key is declared; tools read them here. #}
{% set keys = [] -%}
{% if execute -%}
{% for test in graph.nodes.values()
    if test.resource_type == 'test' and (test.test_metadata or {}).get('name') == 'relationships'
    and test.attached_node and graph.nodes[test.attached_node].schema == 'bi' -%}
{% set to_name = test.test_metadata.kwargs.to.split("'")[1] -%}
{% set to_node = graph.nodes['model.poverty.' ~ to_name] -%}
{% do keys.append((graph.nodes[test.attached_node].alias, test.column_name, to_node.alias,
    test.test_metadata.kwargs.field)) -%}
{% endfor -%}
{% endif -%}
with

keys as (
    {% for table_name, column_name, references_table, references_column in keys | sort -%}
    select
        '{{ table_name }}' as table_name,
        '{{ column_name }}' as column_name,
        '{{ references_table }}' as references_table,
        '{{ references_column }}' as references_column
    union all
    {% endfor -%}
    select cast(null as string), cast(null as string), cast(null as string), cast(null as string)
)

select * from keys
where table_name is not null
