"""What the YAML of the models says: every key once and tested, every column described, every name in one place."""

from collections import Counter
from typing import Any

import duckdb
import pytest

from base.home import Home
from base.release_layout import PUBLIC_SCHEMAS
from tests.support.manifest import load_manifest
from tests.support.statements import release_tests

MANIFEST = load_manifest()
MODELS = {key: node for key, node in MANIFEST["nodes"].items() if node["resource_type"] == "model"}


def _key_of(node: dict[str, Any]) -> dict[str, Any]:
    [key] = [one for one in node["constraints"] if one["type"] in ("primary_key", "unique")]
    return dict(key)


def test_every_model_names_its_grain_and_its_key_once() -> None:
    wrong = [
        node["name"]
        for node in MODELS.values()
        if "Grain: " not in node["description"] or "Key: " in node["description"] or not _key_of(node)["columns"]
    ]
    assert wrong == []


def test_every_key_is_kept_by_a_contract_or_asked_for_by_a_test() -> None:
    tested = {
        node["attached_node"]
        for node in MANIFEST["nodes"].values()
        if (node.get("test_metadata") or {}).get("name") == "key"
    }
    assert tested == {key for key, node in MODELS.items() if not node["contract"]["enforced"]}


def test_every_public_column_is_described_and_every_name_in_one_place() -> None:
    columns = [
        (node["name"], column["name"], column["description"])
        for node in MODELS.values()
        if node["schema"] in PUBLIC_SCHEMAS
        for column in node["columns"].values()
    ]
    assert [(table, name) for table, name, text in columns if not text.strip()] == []
    times = Counter(name for _, name, _ in columns)
    docs = {key.rsplit(".", 1)[1]: doc["block_contents"] for key, doc in MANIFEST["docs"].items()}
    repeated = {name for name, count in times.items() if count > 1}
    elsewhere = [
        f"{table}.{name}"
        for table, name, text in columns
        if name in repeated and not (name in docs and text.startswith(docs[name]))
    ]
    assert elsewhere == [], "say it once, in models/columns.md"
    assert {name for name in docs if not name.startswith("__")} - repeated == set()


@pytest.mark.build
def test_a_key_twice_or_with_a_part_missing_is_found(micro_home: Home) -> None:
    asked = {name.split(".")[2]: sql for name, sql in release_tests(micro_home) if name.startswith("test.poverty.key_")}
    nodes = {f"key_{node['name']}_": node for node in MODELS.values() if not node["contract"]["enforced"]}
    assert set(asked) == set(nodes)
    silent, full = [], 0
    with duckdb.connect() as connection:
        connection.execute(f"attach '{micro_home.build_file}' as home (read_only)")
        for name, node in nodes.items():
            table, key = f'"{node["schema"]}"."{node["alias"]}"', _key_of(node)
            connection.execute(f'create schema if not exists "{node["schema"]}"')
            connection.execute(f"create table {table} as select * from home.{table} limit 1")
            sql = asked[name].replace('"build".', "")
            if not connection.execute(f"select count(*) from {table}").fetchall()[0][0]:
                continue
            full += 1
            found = [connection.execute(sql).fetchall()[0][0]]
            connection.execute(f"insert into {table} select * from {table}")
            found.append(connection.execute(sql).fetchall()[0][0])
            connection.execute(f"delete from {table} where rowid = 0")
            connection.execute(f'update {table} set "{key["columns"][0]}" = null')
            found.append(connection.execute(sql).fetchall()[0][0])
            if found != [0, 1, int(key["type"] == "primary_key")]:
                silent.append((name, found))
    assert silent == []
    assert full > 60


@pytest.mark.build
def test_keys_hold_where_no_household_has_a_district(micro_home: Home, two_releases_home: Home) -> None:
    """A home that begins after districts ended."""
    wrong = []
    with duckdb.connect(str(two_releases_home.build_file), read_only=True) as connection:
        for name, sql in release_tests(micro_home):
            if name.startswith("test.poverty.key_"):
                wrong += [name] * connection.execute(sql.replace('"build".', "")).fetchall()[0][0]
    assert wrong == []
