"""Raw Parquet: every cell as text, written once per batch of files and sheet role.

One Parquet per workbook and role was measured to cost more than decoding the workbooks (docs/performance.md), so a
batch of workbooks shares a file; `source_file_id` and `extraction_id` say whose rows they are, and only the
extraction that the registry names counts.
"""

import os
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from base.forms import ROLES, Form
from base.home import Home
from ingestion.closures import closure_rows, held_files
from ingestion.decisions import write_decisions
from ingestion.extract import SOURCE_FILE_ID_LENGTH, Extraction, raw_schema
from ingestion.parquet import table_of, write_parquet
from ingestion.registry import Registry
from ingestion.settled import resolutions

_EXTRACTION = pa.field("extraction_id", pa.string())
_NOTHING = "none"
_END = b"PAR1"
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
        ("is_held", pa.bool_()),
    ]
)
CLOSED_YEAR_SCHEMA = pa.schema(
    [
        ("closing_number", pa.int32()),
        ("survey_year", pa.int32()),
        ("decision_number", pa.string()),
        ("decided_on", pa.string()),
        ("signer", pa.string()),
        ("closed_by", pa.string()),
        ("closed_at", pa.timestamp("us")),
        ("release_id", pa.string()),
        ("reopened_by", pa.string()),
        ("reopened_at", pa.timestamp("us")),
        ("reopen_reason", pa.string()),
    ]
)
# The cells of accepted files that could not be taken as they are; a folder like those of the sheet roles.
CELL_PROBLEM = "cell_problem"
CELL_PROBLEM_SCHEMA = pa.schema(
    [
        ("source_file_id", pa.string()),
        ("sheet", pa.string()),
        ("row_number", pa.int32()),
        ("role", pa.string()),
        ("column_name", pa.string()),
        ("check_code", pa.string()),
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
        ("resolution", pa.string()),
    ]
)


def write_batch(home: Home, extraction_id: str, extractions: Iterable[Extraction]) -> None:
    """Write the raw tables of a batch of accepted files: `raw/<role>/<extraction_id>.parquet`."""
    extractions = list(extractions)
    for role in ROLES:
        tables = [extraction.tables[role] for extraction in extractions if role in extraction.tables]
        if tables:
            write_parquet(
                _with_extraction_id(pa.concat_tables(tables), extraction_id), _path(home, role, extraction_id)
            )
    problems = [
        (extraction.source_file_id, *problem) for extraction in extractions for problem in extraction.cell_problems
    ]
    if problems:
        arrays = [
            pa.array(values, kind.type)
            for values, kind in zip(zip(*problems, strict=True), CELL_PROBLEM_SCHEMA, strict=True)
        ]
        table = pa.table(arrays, schema=CELL_PROBLEM_SCHEMA)
        write_parquet(_with_extraction_id(table, extraction_id), _path(home, CELL_PROBLEM, extraction_id))


def has_batch(home: Home, extraction_id: str) -> bool:
    """Whether the raw tables of a batch are all there, and whole."""
    return all(_is_whole(_path(home, role, extraction_id)) for role in ROLES)


def _is_whole(path: Path) -> bool:
    """Whether a Parquet file has its end: a cut one has not."""
    try:
        with path.open("rb") as file:
            file.seek(-len(_END), os.SEEK_END)
            return file.read() == _END
    except OSError:
        return False


def write_empty(home: Home, forms: dict[str, Form]) -> None:
    """Make sure that every role has a file with all its columns, so that models build before anything has landed."""
    for role in ROLES:
        write_parquet(table_of([], raw_schema(forms, role).insert(0, _EXTRACTION)), _path(home, role, _NOTHING))
    nothing = table_of([], CELL_PROBLEM_SCHEMA.insert(0, _EXTRACTION))
    write_parquet(nothing, _path(home, CELL_PROBLEM, _NOTHING))
    write_decisions(home)


def write_registry_tables(home: Home, registry: Registry) -> None:
    """Write what the registry knows as `raw/source_file.parquet`, `raw/finding.parquet`, `raw/closed_year.parquet`.

    A place of landing without content to read is no file; its findings carry its mark in place of a file's id.
    `resolution` says why a finding needs no answer any more.
    """
    files, findings = [], []
    resolved, held = resolutions(registry), held_files(registry)
    for sha256, entry in registry.current().items():
        source_file_id = sha256[:SOURCE_FILE_ID_LENGTH]
        received = datetime.fromisoformat(entry["received_at"]).replace(tzinfo=None).isoformat()
        files.append({**entry, "source_file_id": source_file_id, "received_at": received, "is_held": sha256 in held})
        about = {key: entry[key] for key in ("survey_year", "commune_code")}
        about |= {"source_file_id": source_file_id, "resolution": resolved.get(sha256)}
        findings += [{**finding, **about} for finding in entry["findings"]]
    for mark, place in registry.places().items():
        findings += [{**finding, "source_file_id": mark} for finding in place["findings"]]
    write_parquet(table_of(files, SOURCE_FILE_SCHEMA), home.raw / "source_file.parquet")
    write_parquet(table_of(findings, FINDING_SCHEMA), home.raw / "finding.parquet")
    write_parquet(table_of(closure_rows(registry), CLOSED_YEAR_SCHEMA), home.raw / "closed_year.parquet")


def has_registry_tables(home: Home) -> bool:
    """Whether raw has what models read of the registry."""
    return all(_is_whole(home.raw / f"{name}.parquet") for name in ("source_file", "finding", "closed_year"))


def remove_rows(home: Home, extraction_id: str, checksums: set[str]) -> None:
    """Remove the rows of some files from the raw tables of a batch; the other files of the batch stay."""
    ids = pa.array([checksum[:SOURCE_FILE_ID_LENGTH] for checksum in checksums])
    for role in ROLES:
        path = _path(home, role, extraction_id)
        if path.exists():
            table = pq.read_table(path)
            kept = table.filter(pc.invert(pc.is_in(table["source_file_id"], value_set=ids)))
            if kept.num_rows < table.num_rows:
                write_parquet(kept, path)


def prune(home: Home, extraction_ids: set[str]) -> None:
    """Remove raw files of batches that no registered file counts on: an interrupted run, or an older reading."""
    for role in (*ROLES, CELL_PROBLEM):
        for path in (home.raw / role).glob("*.parquet"):
            if path.stem != _NOTHING and path.stem not in extraction_ids:
                path.unlink()


def _path(home: Home, role: str, extraction_id: str) -> Path:
    return home.raw / role / f"{extraction_id}.parquet"


def _with_extraction_id(table: pa.Table, extraction_id: str) -> pa.Table:
    return table.add_column(0, _EXTRACTION, pa.repeat(extraction_id, table.num_rows).cast(pa.string()))
