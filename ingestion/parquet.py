"""Records as Parquet files."""

import io
import json
import os
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.json
import pyarrow.parquet as pq


def write_parquet(table: pa.Table, path: Path) -> None:
    """Write a Parquet file as a whole or not at all, readable by its owner only."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(f".{os.getpid()}.partial")  # an ingestion and a build may write the same table
    # A dictionary per column would make writing a quarter slower and files a quarter smaller: raw is read once a build.
    pq.write_table(table, partial, compression="snappy", use_dictionary=False, write_statistics=False)
    partial.chmod(0o600)
    partial.replace(path)


def table_of(records: list[dict[str, Any]], schema: pa.Schema) -> pa.Table:
    """Records as a table of a schema; keys outside it are left out.

    By way of JSON, because Arrow imports pandas to make an array of Python objects: half a second of every run.
    """
    if not records:
        return pa.Table.from_batches([], schema=schema)
    lines = "\n".join(json.dumps({name: record.get(name) for name in schema.names}) for record in records).encode()
    return pa.json.read_json(
        io.BytesIO(lines),
        read_options=pa.json.ReadOptions(block_size=len(lines) + 1),
        parse_options=pa.json.ParseOptions(explicit_schema=schema, unexpected_field_behavior="error"),
    )
