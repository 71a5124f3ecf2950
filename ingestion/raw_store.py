"""Raw Parquet: every cell as text, written once per batch of files and sheet role.

What belongs here: writing, listing and pruning raw files. One Parquet per workbook and role was measured to cost more
than decoding the workbooks (docs/performance.md), so a batch of workbooks shares a file; `source_file_id` and
`extraction_id` say whose rows they are, and only the extraction that the registry names counts.
"""

import io
import json
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.json
import pyarrow.parquet as pq

from ingestion.extract import SOURCE_FILE_ID_LENGTH, Extraction, raw_schema
from ingestion.forms import ROLES, Form
from ingestion.home import Home

_EXTRACTION = pa.field("extraction_id", pa.string())
_NOTHING = "none"
LINK_DECISION_COLUMNS = (
    "survey_year",
    "source_file_id",
    "source_row",
    "household_id",
    "other_source_file_id",
    "other_source_row",
    "reason",
    "decided_by",
    "decided_on",
)

SOURCE_FILE_SCHEMA = pa.schema(
    [
        ("source_file_id", pa.string()),
        ("sha256", pa.string()),
        ("bytes", pa.int64()),
        ("received_at", pa.timestamp("us")),
        ("landing_path", pa.string()),
        ("form", pa.string()),
        ("survey_year", pa.int32()),
        ("commune_code", pa.string()),
        ("commune_valid_from", pa.string()),
        ("submission_number", pa.int32()),
        ("maturity", pa.string()),
        ("status", pa.string()),
        ("household_rows", pa.int32()),
        ("member_rows", pa.int32()),
        ("extraction_id", pa.string()),
    ]
)
FINDING_SCHEMA = pa.schema(
    [
        ("source_file_id", pa.string()),
        ("check_code", pa.string()),
        ("severity", pa.string()),
        ("level", pa.string()),
        ("survey_year", pa.int32()),
        ("commune_code", pa.string()),
        ("sheet", pa.string()),
        ("row_number", pa.int32()),
        ("column_name", pa.string()),
        ("message", pa.string()),
    ]
)


def write_parquet(table: pa.Table, path: Path) -> None:
    """Write a Parquet file as a whole or not at all, readable by its owner only."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    # A dictionary per column would make writing a quarter dearer and files a quarter smaller: raw is read once a build.
    pq.write_table(table, partial, compression="snappy", use_dictionary=False, write_statistics=False)
    partial.chmod(0o600)
    partial.replace(path)


def write_batch(home: Home, extraction_id: str, extractions: Iterable[Extraction]) -> None:
    """Write the raw tables of a batch of accepted files: `raw/<role>/<extraction_id>.parquet`."""
    extractions = list(extractions)
    for role in ROLES:
        tables = [extraction.tables[role] for extraction in extractions if role in extraction.tables]
        if tables:
            write_parquet(
                _with_extraction_id(pa.concat_tables(tables), extraction_id), _path(home, role, extraction_id)
            )


def write_empty(home: Home, forms: dict[str, Form]) -> None:
    """Make sure that every role has a file with all its columns, so that models build before anything has landed."""
    for role in ROLES:
        write_parquet(table_of([], raw_schema(forms, role).insert(0, _EXTRACTION)), _path(home, role, _NOTHING))
    ensure_link_decisions(home)


def ensure_link_decisions(home: Home) -> None:
    """Make sure that `decisions/links.csv` is there, with its header, for auditors to fill and models to read."""
    path = home.decisions / "links.csv"
    if not path.exists():
        path.write_text(",".join(LINK_DECISION_COLUMNS) + "\n", encoding="utf-8")


def write_registry_tables(home: Home, entries: Iterable[dict[str, Any]]) -> None:
    """Write what the registry knows as `raw/source_file.parquet` and `raw/finding.parquet`."""
    files, findings = [], []
    for entry in entries:
        source_file_id = entry["sha256"][:SOURCE_FILE_ID_LENGTH]
        received = datetime.fromisoformat(entry["received_at"]).replace(tzinfo=None).isoformat()
        files.append({**entry, "source_file_id": source_file_id, "received_at": received})
        about = {key: entry[key] for key in ("survey_year", "commune_code")}
        findings += [{**finding, **about, "source_file_id": source_file_id} for finding in entry["findings"]]
    write_parquet(table_of(files, SOURCE_FILE_SCHEMA), home.raw / "source_file.parquet")
    write_parquet(table_of(findings, FINDING_SCHEMA), home.raw / "finding.parquet")


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


def prune(home: Home, extraction_ids: set[str]) -> None:
    """Remove raw files of batches that no registered file counts on: an interrupted run, or an older reading."""
    for role in ROLES:
        for path in (home.raw / role).glob("*.parquet"):
            if path.stem != _NOTHING and path.stem not in extraction_ids:
                path.unlink()


def _path(home: Home, role: str, extraction_id: str) -> Path:
    return home.raw / role / f"{extraction_id}.parquet"


def _with_extraction_id(table: pa.Table, extraction_id: str) -> pa.Table:
    return table.add_column(0, _EXTRACTION, pa.repeat(extraction_id, table.num_rows).cast(pa.string()))
