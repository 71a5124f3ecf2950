"""Where everything lies in a published release, and how its database is opened."""

import json
from pathlib import Path
from typing import Any

import duckdb

from base.home import Home
from base.sql import sql_text

DATABASE = "poverty.duckdb"
OPEN_DATABASE = "poverty_open_data.duckdb"
DESCRIPTION = "datapackage.json"
SIGNATURE = "signature.json"
PARQUET = "parquet"
REPORTS = "reports"
DATA_DOCS = "data_docs"
# What BI tools open: labels, keys and safe views of what the other schemas hold.
SERVING_SCHEMA = "bi"
PUBLIC_SCHEMAS = ("marts", SERVING_SCHEMA, "quality")


def releases_folder(home: Home) -> Path:
    """The folder of all kept releases."""
    return home.published / "releases"


def releases(home: Home) -> list[Path]:
    """The folders of all kept releases in the order of their succession: an id is never before the last one."""
    return sorted(path for path in releases_folder(home).glob("*") if path.is_dir() and not path.name.startswith("."))


def parquet_file(table: str) -> str:
    """The path of a table (`marts.area_year`) in a release."""
    return f"{PARQUET}/{table.replace('.', '/')}.parquet"


def read_datapackage(release: Path) -> dict[str, Any] | None:
    """What a release says of itself: its datapackage.json; None where there is none."""
    path = release / DESCRIPTION
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None


# Readable by DuckDB 1.4 and newer, which BI drivers bundle. A block holds one column, so with blocks of DuckDB's own
# size (262144) small tables took most of a file: a province's is a tenth smaller so, that of five communes two thirds.
_WRITTEN_AS = "storage_version 'v1.0.0', block_size 65536"


def attach_new(connection: duckdb.DuckDBPyConnection, database: Path, name: str) -> None:
    """Make a DuckDB file that is published, to be written as `name`."""
    connection.execute(f"attach {sql_text(database)} as {name} ({_WRITTEN_AS})")


def attach(connection: duckdb.DuckDBPyConnection, database: Path, name: str) -> None:
    """Make a DuckDB file readable as `name`."""
    connection.execute(f"attach {sql_text(database)} as {name} (read_only)")
