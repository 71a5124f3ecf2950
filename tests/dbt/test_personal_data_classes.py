"""Every column that may speak of a person says how: dbt's `config.meta.personal` is complete and public tables hold no
direct identifier."""

import os
from pathlib import Path
from typing import Any

import duckdb
import pytest

from base.forms import load_forms
from base.home import Home
from base.release_layout import PUBLIC_SCHEMAS
from ingestion.extract import raw_schema
from ingestion.raw_store import CELL_PROBLEM_SCHEMA, FINDING_SCHEMA, SOURCE_FILE_SCHEMA
from tests.support.manifest import load_manifest

CLASSES = {"none", "direct", "quasi", "sensitive"}
# What marks a value that is a person's own, in the columns as staging names them.
_PERSONAL_TEXTS = """
    select head_name as value from staging.stg_household union select full_name from staging.stg_member
    union select head_citizen_id from staging.stg_household union select citizen_id from staging.stg_member
    union select household_code from staging.stg_household
"""


@pytest.fixture(scope="module")
def manifest() -> dict[str, Any]:
    os.environ.setdefault("POVERTY_HOME", str(Path.cwd() / "data"))
    return load_manifest()


def _classes(node: dict[str, Any]) -> dict[str, str]:
    return {
        name: (column.get("config") or {}).get("meta", {}).get("personal") for name, column in node["columns"].items()
    }


def _models(manifest: dict[str, Any], schema: str) -> dict[str, dict[str, Any]]:
    nodes = [node for node in manifest["nodes"].values() if node["resource_type"] == "model"]
    return {node["name"]: node for node in nodes if node["schema"] == schema}


def test_every_raw_column_has_a_class(manifest: dict[str, Any]) -> None:
    forms = load_forms()
    wanted = {
        role: {"extraction_id", *raw_schema(forms, role).names} for role in ("household", "member", "cover", "total")
    }
    wanted |= {"source_file": set(SOURCE_FILE_SCHEMA.names), "finding": set(FINDING_SCHEMA.names)}
    wanted["cell_problem"] = {"extraction_id", *CELL_PROBLEM_SCHEMA.names}
    sources = {node["name"]: _classes(node) for node in manifest["sources"].values() if node["source_name"] == "raw"}
    assert {name: set(columns) for name, columns in sources.items()} == wanted
    assert all(set(columns.values()) <= CLASSES for columns in sources.values())


def test_every_staging_column_has_a_class(manifest: dict[str, Any], clean_home: Home) -> None:
    with duckdb.connect(str(clean_home.build_file), read_only=True) as connection:
        rows = connection.execute(
            "select table_name, list(column_name) from duckdb_columns() where schema_name = 'staging' group by 1"
        ).fetchall()
    built = {table: set(columns) for table, columns in rows}
    staging = _models(manifest, "staging")
    assert built
    assert {name: set(_classes(node)) for name, node in staging.items()} == built
    assert [name for name, node in staging.items() if not set(_classes(node).values()) <= CLASSES] == []


def test_no_public_column_is_called_like_a_direct_identifier(manifest: dict[str, Any]) -> None:
    private = [*manifest["sources"].values(), *_models(manifest, "staging").values()]
    private += _models(manifest, "intermediate").values()
    # `label` and `value` are direct where they are cells of a workbook; the word itself says nothing.
    direct = {name for node in private for name, kind in _classes(node).items() if kind == "direct"} - {
        "label",
        "value",
    }
    assert {"head_name", "citizen_id", "note", "household_code", "landing_path"} <= direct
    public = {
        f"{name}.{column}"
        for schema in PUBLIC_SCHEMAS
        for name, node in _models(manifest, schema).items()
        for column in node["columns"]
        if column in direct
    }
    assert public == set()


def test_intermediate_columns_that_hold_direct_identifiers_say_so(manifest: dict[str, Any], clean_home: Home) -> None:
    models = _models(manifest, "intermediate")
    found = set()
    with duckdb.connect(str(clean_home.build_file), read_only=True) as connection:
        connection.execute(
            f"create temp table personal as select distinct value from ({_PERSONAL_TEXTS}) where value is not null"
        )
        columns = connection.execute(
            "select table_name, column_name, data_type from duckdb_columns() where schema_name = 'intermediate' "
            "and data_type in ('VARCHAR', 'BIGINT')"
        ).fetchall()
        for table, column, kind in columns:
            # A number that was an identity number has lost its leading zero, and no other number is that long.
            value = "value" if kind == "VARCHAR" else "try_cast(value as bigint)"
            of_size = "" if kind == "VARCHAR" else f'and "{column}" > 100000000'
            same = f'"{column}" in (select {value} from personal)'
            (held,) = connection.execute(
                f"select count(*) from intermediate.{table} where {same} {of_size}"
            ).fetchall()[0]
            if held and _classes(models[table]).get(column) != "direct":
                found.add(f"{table}.{column}")
    assert found == set()
