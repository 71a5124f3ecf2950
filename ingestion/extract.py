"""Read one file into raw tables: every cell as text with file, sheet and row, without knowledge of other files."""

import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from base import text
from base.forms import RENAMED_FIELDS, Form, Sheet, fields_of_role
from ingestion.cover import Cover, read_cover
from ingestion.findings import Finding, file_finding
from ingestion.headers import HeaderMatch, cells_of_row, match_headers, match_labels, match_sheets, nearest
from ingestion.open_workbook import (
    RejectedWorkbookError,
    Workbook,
    has_ambiguous_numbers,
    is_ambiguous_number,
    open_workbook,
)

LIST_ROLES = ("household", "member")
LABEL_ROLES = ("cover", "total")
NUMBER_TYPES = ("integer", "decimal")
TEXT_TYPE = "text"
_COLUMN_NUMBER = re.compile(r"^\(\d+\)$")
_TOTAL_ROW = text.key("Tổng cộng")
_TOTAL_INITIALS = ("T", "t")
SOURCE_FILE_ID_LENGTH = 16


@dataclass
class Extraction:
    """One file read: what it is, its raw tables by role, its findings. Rejected when any finding is an error."""

    sha256: str
    size: int
    cover: Cover = field(default_factory=Cover)
    tables: dict[str, pa.Table] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    household_rows: int | None = None
    member_rows: int | None = None

    @property
    def source_file_id(self) -> str:
        """The file's key in the warehouse: the beginning of its checksum."""
        return self.sha256[:SOURCE_FILE_ID_LENGTH]

    @property
    def is_accepted(self) -> bool:
        """Whether the file may be loaded, as far as the file alone shows."""
        return all(finding.severity != "error" for finding in self.findings)

    def facts(self) -> dict[str, Any]:
        """What the registry keeps of the file."""
        return {
            "sha256": self.sha256,
            "bytes": self.size,
            "form": self.cover.form.name if self.cover.form else None,
            "survey_year": self.cover.survey_year,
            "commune_code": self.cover.commune_code,
            "commune_valid_from": self.cover.commune_valid_from,
            "submission_number": self.cover.submission_number,
            "maturity": self.cover.maturity,
            "household_rows": self.household_rows,
            "member_rows": self.member_rows,
        }


def raw_schema(forms: dict[str, Form], role: str) -> pa.Schema:
    """The columns of a role's raw files: the same for every form, so that a form without a field gives nulls."""
    keys = [("source_file_id", pa.string()), ("sheet", pa.string()), ("row_number", pa.int32())]
    if role in LABEL_ROLES:
        return pa.schema([*keys, ("field", pa.string()), ("label", pa.string()), ("value", pa.string())])
    return pa.schema([*keys, *((RENAMED_FIELDS.get(name, name), pa.string()) for name in fields_of_role(forms, role))])


@dataclass
class ReadCache:
    """What does not change from file to file, found once: the forms, the raw schemas, headers matched before."""

    forms: dict[str, Form]
    schemas: dict[str, pa.Schema] = field(default_factory=dict)
    headers: dict[tuple[Any, ...], HeaderMatch] = field(default_factory=dict)

    def schema(self, role: str) -> pa.Schema:
        """The raw schema of a role."""
        if role not in self.schemas:
            self.schemas[role] = raw_schema(self.forms, role)
        return self.schemas[role]

    def match(
        self, header_rows: Sequence[Sequence[str | None]], sheet: Sheet, has_data: Callable[[int], bool]
    ) -> HeaderMatch:
        """How a sheet's headers match the form's; the same headers always do in the same way.

        `has_data` is asked for the columns without a header only: elsewhere it makes no difference.
        """
        data = {place: has_data(place) for place, cells in enumerate(zip(*header_rows, strict=True)) if not any(cells)}
        printed = (id(sheet), *map(tuple, header_rows), *data.items())
        if printed not in self.headers:
            self.headers[printed] = match_headers(
                header_rows, sheet, [data.get(place, True) for place in range(len(header_rows[0]))]
            )
        return self.headers[printed]


def extract(content: bytes, forms: dict[str, Form], survey_years: set[int] | None = None) -> Extraction | None:
    """Read one file; None when its year is not asked for. See `extract_all`."""
    return extract_all([content], ReadCache(forms), survey_years)[0]


def extract_all(
    contents: Sequence[bytes], cache: ReadCache, survey_years: set[int] | None = None
) -> list[Extraction | None]:
    """Read some files, in their order.

    With `survey_years`, a file whose cover names another year is left alone: it is None, after its cover was read.
    Raises nothing that a file's content can cause: what is wrong is a finding.

    All files go through one step before any goes through the next. File by file, each step finds the processor's
    caches full of the other steps' work, which made reading about 15% slower (docs/performance.md).
    """
    extractions = [Extraction(hashlib.sha256(content).hexdigest(), len(content)) for content in contents]
    opened = [_open(extraction, content) for extraction, content in zip(extractions, contents, strict=True)]
    read = [(extraction, workbook) for extraction, workbook in zip(extractions, opened, strict=True) if workbook]
    for extraction, workbook in read:
        extraction.cover = read_cover(workbook, cache.forms)

    def is_asked_for(extraction: Extraction) -> bool:
        year = extraction.cover.survey_year
        return survey_years is None or year is None or year in survey_years

    steps = []
    for extraction, workbook in read:
        if is_asked_for(extraction):
            extraction.findings += extraction.cover.findings
            form = extraction.cover.form
            if form is not None:
                found, findings = match_sheets(workbook.sheet_names, form.sheets)
                extraction.findings += findings
                steps.append((extraction, workbook, found, form))
    for _, workbook, found, _ in steps:
        for sheet_name in found.values():
            workbook.rows(sheet_name)
    for extraction, workbook, found, form in steps:
        _read_sheets(extraction, workbook, found, form, cache)
    return [extraction if is_asked_for(extraction) else None for extraction in extractions]


def _open(extraction: Extraction, content: bytes) -> Workbook | None:
    try:
        return open_workbook(content)
    except RejectedWorkbookError as rejected:
        extraction.findings.append(rejected.finding)
        return None


def _read_sheets(
    extraction: Extraction, workbook: Workbook, found: dict[str, str], form: Form, cache: ReadCache
) -> None:
    for role in LIST_ROLES:
        if role in found:
            table = _read_list(extraction, workbook, found[role], form.sheets[role], cache)
            extraction.tables[role] = table
            if role == "household":
                extraction.household_rows = table.num_rows
            else:
                extraction.member_rows = table.num_rows
    for role in LABEL_ROLES:
        if role in found:
            extraction.tables[role] = _read_labels(
                extraction, workbook, found[role], form.sheets[role], cache.schema(role)
            )


def _is_column_number_row(cells: Sequence[pa.StringArray], row: int) -> bool:
    count = 0
    for column in cells:
        cell = column[row].as_py() if row < len(column) else None
        if cell:
            if not _COLUMN_NUMBER.match(text.fold(cell)):
                return False
            count += 1
    return count > 0


def _read_list(extraction: Extraction, workbook: Workbook, sheet_name: str, sheet: Sheet, cache: ReadCache) -> pa.Table:
    """The data rows of a household or member sheet under our field names."""
    rows = workbook.rows(sheet_name)
    schema = cache.schema(sheet.role)
    top = sheet.first_header_row - 1
    first = top + sheet.header_rows
    count = rows.num_rows
    cells = rows.columns
    header_rows = [cells_of_row(cells, top + row) for row in range(sheet.header_rows)]
    if _is_column_number_row(cells, first):
        first += 1

    def has_data(position: int) -> bool:
        below = cells[position].slice(first)
        return bool(below.null_count < len(below))

    match = cache.match(header_rows, sheet, has_data)
    extraction.findings += match.findings
    columns = {name: cells[position] for name, position in match.column_of_field.items()}
    columns |= _distinguish_numbers(workbook, sheet_name, sheet, columns, match.column_of_field, first)
    if workbook.has_odd_cells:
        columns |= _show_odd_cells(workbook, sheet_name, sheet, columns, match.column_of_field, first)
    no_data = _no_data_rows(cells, columns.get("household_code"), first)
    columns = {RENAMED_FIELDS.get(name, name): column for name, column in columns.items()}
    empty = pa.nulls(count, pa.string())
    arrays = [
        pa.repeat(extraction.source_file_id, count),
        pa.repeat(sheet_name, count),
        pa.array(np.arange(1, count + 1, dtype=np.int32)),
        *(columns.get(name, empty) for name in schema.names[3:]),
    ]
    return _data_rows(pa.table(arrays, schema=schema), first, no_data)


def _no_data_rows(cells: list[pa.StringArray], household_code: pa.StringArray | None, first: int) -> list[int]:
    """The rows (from 0) from `first` on that are no data: entirely empty ones and the closing total row.

    A total row carries its label in any cell. Only rows without a household code, rows that may carry the label
    in its place, and the last row that is not empty are looked into, which spares reading every cell of every list.
    """
    count = len(cells[0]) if cells else 0
    if household_code is None:
        suspects = list(range(first, count))
    else:
        # The label has letters beyond ASCII in every spelling, codes hardly ever do.
        codes = household_code.slice(first)
        suspects = []
        if codes.null_count or not pc.all(pc.string_is_ascii(codes)).as_py():
            found = enumerate(codes.to_pylist(), first)
            suspects = [row for row, code in found if code is None or not code.isascii()]
    looked_into = {row: cells_of_row(cells, row) for row in suspects}
    empty = {row for row in suspects if not any(looked_into[row])}
    last = next((row for row in range(count - 1, first - 1, -1) if row not in empty), None)
    if last is not None and last not in looked_into:
        looked_into[last] = cells_of_row(cells, last)
    totals = {row for row, found in looked_into.items() if any(_is_total_label(cell) for cell in found if cell)}
    return sorted(empty | totals)


def _is_total_label(cell: str) -> bool:
    return cell.lstrip()[:1] in _TOTAL_INITIALS and text.key(cell) == _TOTAL_ROW


def _data_rows(table: pa.Table, first: int, no_data: list[int]) -> pa.Table:
    """A table's rows from `first` on without some; those at its end, the usual case, are cut off without copying."""
    count = table.num_rows
    while no_data and no_data[-1] == count - 1:
        count -= 1
        no_data = no_data[:-1]
    table = table.slice(first, max(count - first, 0))
    if not no_data:
        return table
    keep = np.ones(table.num_rows, dtype=bool)
    keep[np.array(no_data) - first] = False
    return table.filter(pa.array(keep))


def _distinguish_numbers(
    workbook: Workbook,
    sheet_name: str,
    sheet: Sheet,
    columns: dict[str, pa.StringArray],
    column_of_field: dict[str, int],
    first: int,
) -> dict[str, pa.StringArray]:
    """Columns in which a number cell such as 1.25 reads like the text "1.250" (1250), with one more zero written.

    Text "1.250" groups thousands and a number cell is a number; as raw text both must stay what they were.
    """
    numbers = [column.field for column in sheet.columns if column.type in NUMBER_TYPES and column.field in columns]
    if not has_ambiguous_numbers([columns[name].slice(first) for name in numbers]):
        return {}
    typed = workbook.typed_cells(sheet_name)
    offset = workbook.first_column(sheet_name)
    changed = {}
    for name in numbers:
        position = column_of_field[name] + offset
        values = columns[name].to_pylist()
        for row, value in enumerate(values[first:], first):
            if value is not None and is_ambiguous_number(value) and not isinstance(typed[row][position], str):
                values[row] = value + "0"
        changed[name] = pa.array(values, pa.string())
    return changed


def _show_odd_cells(
    workbook: Workbook,
    sheet_name: str,
    sheet: Sheet,
    columns: dict[str, pa.StringArray],
    column_of_field: dict[str, int],
    first: int,
) -> dict[str, pa.StringArray]:
    """Columns with Excel's error text (#REF!) where the fast reader gave null, so that staging finds it unreadable.

    Text columns stay null: there an error text would be taken for a name.
    """
    odd = workbook.odd_cells(sheet_name)
    offset = workbook.first_column(sheet_name)
    changed: dict[str, pa.StringArray] = {}
    for column in sheet.columns:
        position = column_of_field.get(column.field)
        if position is None or column.type == TEXT_TYPE:
            continue
        hits = {row - 1: shown for (row, place), shown in odd.items() if place - 1 == position + offset and row > first}
        if hits:
            values = columns[column.field].to_pylist()
            for row, shown in hits.items():
                if row < len(values):
                    values[row] = shown
            changed[column.field] = pa.array(values, pa.string())
    return changed


def _read_labels(
    extraction: Extraction, workbook: Workbook, sheet_name: str, sheet: Sheet, schema: pa.Schema
) -> pa.Table:
    """The label/value rows of a cover or total sheet, in long form."""
    is_matched = sheet_name == extraction.cover.sheet_name
    match = extraction.cover.labels if is_matched else match_labels(workbook.rows(sheet_name), sheet.columns)
    if sheet.role == "total":
        extraction.findings += [
            file_finding("total_label_missing", column.header, sheet=sheet.name, column_name=column.field)
            for column in sheet.columns
            if column.is_required and column.field not in match.values
        ]
        extraction.findings += [
            file_finding(
                "unknown_label",
                number,
                near=nearest(label, [c.header for c in sheet.columns]),
                sheet=sheet.name,
                row_number=number,
            )
            for number, label in match.unknown
        ]
        extraction.findings += [
            file_finding("column_twice", column.header, sheet=sheet.name, column_name=column.field)
            for column in match.twice
        ]
    odd = workbook.odd_cells(sheet_name) if workbook.has_odd_cells else {}
    records: list[tuple[Any, ...]] = [
        (
            extraction.source_file_id,
            sheet_name,
            number,
            name,
            label,
            value if value is not None else odd.get((number, 2)),
        )
        for name, (number, label, value) in match.values.items()
    ]
    columns: list[Any] = list(zip(*records, strict=True)) or [[] for _ in schema.names]
    return pa.table([pa.array(column, kind.type) for column, kind in zip(columns, schema, strict=True)], schema=schema)
