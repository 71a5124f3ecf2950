"""The description of a release for machines: `datapackage.json` (frictionless data package)."""

import hashlib
import json
import re
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from base.product import code_version, product_version
from base.release_layout import DESCRIPTION, PARQUET, REPORTS, SERVING_SCHEMA
from publication.inputs import Inputs
from publication.waivers import in_force

PACKAGE_NAME = "poverty-warehouse"
FINAL, PROVISIONAL = "final", "provisional"
MATURITY_VI = {FINAL: "Chính thức", PROVISIONAL: "Tạm thời"}
_FRICTIONLESS_TYPES = {
    "VARCHAR": "string",
    "BOOLEAN": "boolean",
    "DATE": "date",
    "TIMESTAMP": "datetime",
    "DOUBLE": "number",
    "FLOAT": "number",
}


def maturity_of(connection: duckdb.DuckDBPyConnection) -> tuple[str, list[str]]:
    """(final or provisional, the reasons for provisional). A finding that a waiver in force covers is no reason."""
    reasons = []
    counts = {
        "communes without an accepted file": "select count(*) from quality.finding "
        "where level = 'completeness' and severity = 'error' and is_open",
        "accepted files that are provisional": "select count(*) from quality.source_file "
        "where status = 'accepted' and maturity = 'provisional'",
        "open error findings": "select count(*) from quality.finding "
        "where level <> 'completeness' and severity = 'error' and is_open",
    }
    for what, query in counts.items():
        count = connection.execute(query).fetchall()[0][0]
        if count:
            reasons.append(f"{count} {what}")
    return (PROVISIONAL if reasons else FINAL), reasons


def maturity_of_release(database: Path) -> tuple[str, list[str]]:
    """`maturity_of` the release in a database file."""
    with duckdb.connect(str(database), read_only=True) as connection:
        return maturity_of(connection)


# frictionless reads Parquet through pandas, which shows a missing number as nan and a missing time as NaT.
_MISSING = {"integer": ["", "nan"], "number": ["", "nan"], "datetime": ["", "NaT"]}


def table_field(name: str, duckdb_type: str, description: str) -> dict[str, Any]:
    """A column as a field of a table schema."""
    kind = _field_type(duckdb_type)
    missing = {"missingValues": _MISSING[kind]} if kind in _MISSING else {}
    return {"name": name, "type": kind, "description": description, **missing}


def _field_type(duckdb_type: str) -> str:
    if "INT" in duckdb_type:
        return "integer"
    return _FRICTIONLESS_TYPES.get(duckdb_type, "number" if duckdb_type.startswith("DECIMAL") else "string")


def file_facts(path: Path) -> dict[str, Any]:
    """Size and hash of a file, as a resource states them."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return {"bytes": path.stat().st_size, "hash": f"sha256:{digest}"}


def _described_tables(connection: duckdb.DuckDBPyConnection) -> dict[tuple[str, str], tuple[Any, ...]]:
    """(comment, [(column, type, comment)], primary key) of every table, by (schema, table)."""
    rows = connection.execute(
        """
        select schema_name, table_name, comment, columns, key
        from duckdb_tables()
        inner join (
            select schema_name, table_name, list(row(column_name, data_type, comment) order by column_index) as columns
            from duckdb_columns() group by all
        ) using (schema_name, table_name)
        left join (
            select schema_name, table_name, constraint_column_names as key
            from duckdb_constraints() where constraint_type = 'PRIMARY KEY'
        ) using (schema_name, table_name)
        """
    ).fetchall()
    return {(schema, table): tuple(described) for schema, table, *described in rows}


def _table_resource(
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    path: Path,
    described: dict[tuple[str, str], tuple[Any, ...]],
) -> dict[str, Any]:
    schema, table = path.parent.name, path.stem
    comment, columns, key = described[schema, table]
    foreign = (
        connection.execute(
            "select table_name, column_name, references_table, references_column from bi.foreign_key "
            "where table_name = ? order by all",
            [table],
        ).fetchall()
        if schema == SERVING_SCHEMA
        else []
    )
    # Without its size: frictionless counts no bytes of Parquet and would report zero; the hash says more.
    facts = {"hash": file_facts(path)["hash"]}
    return {
        "name": _resource_name(f"{schema}.{table}"),
        "path": path.relative_to(folder).as_posix(),
        "format": "parquet",
        "mediatype": "application/vnd.apache.parquet",
        "description": comment or "",
        **facts,
        "rowCount": connection.execute(f"select count(*) from {schema}.{table}").fetchall()[0][0],
        "schema": {
            "fields": [table_field(name, kind, text or "") for name, kind, text in columns],
            **({"primaryKey": key} if key else {}),
            **({"foreignKeys": [_foreign_key(*row) for row in foreign]} if foreign else {}),
        },
    }


def _resource_name(table: str) -> str:
    return table.replace("_", "-")


def _foreign_key(table: str, column: str, references: str, to: str) -> dict[str, Any]:
    """A foreign key of schema bi as the table schema writes it; a table that refers to itself has no name there."""
    resource = "" if references == table else _resource_name(f"{SERVING_SCHEMA}.{references}")
    return {"fields": [column], "reference": {"resource": resource, "fields": [to]}}


def report_resource(folder: Path, path: Path) -> dict[str, Any]:
    """A page or workbook below a folder as a resource."""
    name = path.relative_to(folder).as_posix()
    return {
        "name": re.sub(r"[^a-z0-9-]+", "-", name.lower()),
        "path": name,
        # For people: frictionless would read the pages and workbooks as tables.
        "type": "file",
        "format": path.suffix.removeprefix("."),
        **file_facts(path),
    }


def write_datapackage(folder: Path, release_id: str, inputs: Inputs, created: datetime) -> None:
    """Describe the release in a folder: its tables, its database, its reports, and the files it was made from."""
    database = next(folder.glob("*.duckdb"))
    with duckdb.connect(str(database), read_only=True) as connection:
        maturity, reasons = maturity_of(connection)
        waivers = in_force(connection)
        files = connection.execute(
            "select source_file_id, sha256, bytes, status, survey_year, commune_code "
            "from quality.source_file order by survey_year, commune_code, sha256"
        ).fetchall()
        described = _described_tables(connection)
        paths = sorted((folder / PARQUET).rglob("*.parquet"))
        tables = [_table_resource(connection, folder, path, described) for path in paths]
    package = {
        "profile": "data-package",
        "name": PACKAGE_NAME,
        "title": "Kho dữ liệu hộ nghèo, hộ cận nghèo",
        "id": release_id,
        "version": release_id,
        "created": created.isoformat(timespec="seconds"),
        "productVersion": product_version(),
        "codeVersion": code_version(),
        "maturity": maturity,
        "maturityReasons": reasons,
        "waiversInForce": waivers,
        "inputsState": inputs.state,
        "inputs": {
            "registryHead": inputs.registry_head,
            "decisionsHash": inputs.decisions_hash,
            "rulesHash": inputs.rules_hash,
            "codeHash": inputs.code_hash,
            "decisions": [
                {"name": name, "hash": f"hmac-sha256:{mark}"} for name, mark in sorted(inputs.decisions.items())
            ],
            "findingLedger": f"sha256:{inputs.finding_ledger}" if inputs.finding_ledger else None,
        },
        "resources": [
            *tables,
            {
                "name": "database",
                "path": database.name,
                "format": "duckdb",
                "mediatype": "application/vnd.duckdb",
                "description": "All tables in one DuckDB file (storage version v1.0.0).",
                **file_facts(database),
            },
            *(report_resource(folder, path) for path in sorted((folder / REPORTS).rglob("*")) if path.is_file()),
        ],
        "sources": [
            {
                "title": source_file_id,
                "hash": f"sha256:{sha256}",
                "bytes": size,
                "status": status,
                "surveyYear": year,
                "communeCode": commune,
            }
            for source_file_id, sha256, size, status, year, commune in files
        ],
    }
    (folder / DESCRIPTION).write_text(json.dumps(package, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
