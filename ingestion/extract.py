"""Read one file into raw tables: every cell as text with file, sheet and row, without knowledge of other files."""

import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from base import text
from base.forms import RENAMED_FIELDS, Form, Sheet, fields_of_role
from ingestion.cover import Cover, read_cover
from ingestion.field_text import DATE_KINDS, FieldKind, column_texts, field_kinds, field_text, kind_decides
from ingestion.findings import Finding, file_finding
from ingestion.headers import HeaderMatch, match_headers, match_labels, match_sheets, nearest
from ingestion.open_workbook import RejectedWorkbookError, Workbook, open_workbook
from ingestion.sheet_cells import SheetCells
from ingestion.workbook_xml import MAX_ROW, Cell

LIST_ROLES = ("household", "member")
LABEL_ROLES = ("cover", "total")
_COLUMN_NUMBER = re.compile(r"^(\(\d{1,3}\)|-\d{1,3})$")  # Excel reads brackets as a minus
_FEWEST_PLAIN_NUMBERS = 3
_HAS_DIGIT = re.compile(r"\d")
_MIDNIGHT = " 00:00:00"
_TOTAL_ROW = text.key("Tổng cộng")
_TOTAL_INITIALS = ("T", "t")
SOURCE_FILE_ID_LENGTH = 16


@dataclass
class Extraction:
    """One file read: what it is, its raw tables by role, its findings. Rejected when any finding is an error.

    `cell_problems`: (sheet, row, role, field, check) of single cells that could not be taken as they are.
    """

    sha256: str
    size: int
    cover: Cover = field(default_factory=Cover)
    tables: dict[str, pa.Table] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    cell_problems: list[tuple[str, int, str, str, str]] = field(default_factory=list)
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
        self,
        header_rows: Sequence[Sequence[str | None]],
        sheet: Sheet,
        has_data: Callable[[int], bool],
        column_numbers: Sequence[int],
    ) -> HeaderMatch:
        """How a sheet's headers match the form's; the same headers always do in the same way.

        `has_data` is asked for the columns without a header only: elsewhere it makes no difference.
        """
        data = {place: has_data(place) for place, cells in enumerate(zip(*header_rows, strict=True)) if not any(cells)}
        printed = (id(sheet), tuple(column_numbers), *map(tuple, header_rows), *data.items())
        if printed not in self.headers:
            self.headers[printed] = match_headers(
                header_rows, sheet, [data.get(place, True) for place in range(len(header_rows[0]))], column_numbers
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
        with _rejecting(extraction):
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
    readable = []
    for step in steps:
        extraction, workbook, found, _ = step
        with _rejecting(extraction):
            for sheet_name in found.values():
                workbook.cells(sheet_name)
            readable.append(step)
    for extraction, workbook, found, form in readable:
        with _rejecting(extraction):
            _read_sheets(extraction, workbook, found, form, cache)
            if workbook.has_legacy_font:
                extraction.findings.append(file_finding("legacy_font"))
    return [extraction if is_asked_for(extraction) else None for extraction in extractions]


def _open(extraction: Extraction, content: bytes) -> Workbook | None:
    with _rejecting(extraction):
        return open_workbook(content)
    return None


@contextmanager
def _rejecting(extraction: Extraction) -> Iterator[None]:
    """A file that turns out to be unreadable gets its finding."""
    try:
        yield
    except RejectedWorkbookError as rejected:
        extraction.findings.append(rejected.finding)


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


def _is_column_number_row(cells: Sequence[str | None]) -> bool:
    """Whether a row holds the numbers of the columns: (1) (2), read by Excel as -1 -2, or 1 2 3 in their order."""
    filled = [cell for cell in cells if cell]
    if all(_COLUMN_NUMBER.match(cell) for cell in filled):
        return bool(filled)
    return len(filled) > _FEWEST_PLAIN_NUMBERS and filled == [str(number + 1) for number in range(len(filled))]


def _read_list(extraction: Extraction, workbook: Workbook, sheet_name: str, sheet: Sheet, cache: ReadCache) -> pa.Table:
    """The data rows of a household or member sheet under our field names."""
    cells = workbook.cells(sheet_name)
    top = sheet.first_header_row
    header_rows = [cells.row(top + row) for row in range(sheet.header_rows)]
    first_row = top + sheet.header_rows
    if _is_column_number_row(cells.row(first_row)):
        first_row += 1
    first = cells.place_from(first_row)

    def has_data(position: int) -> bool:
        below = cells.columns[position].slice(first)
        return bool(below.null_count < len(below))

    match = cache.match(header_rows, sheet, has_data, cells.column_numbers)
    fields = {
        column.field: field_kinds()[sheet.role, RENAMED_FIELDS.get(column.field, column.field)]
        for column in sheet.columns
        if column.field in match.column_of_field
    }
    columns = {name: cells.columns[match.column_of_field[name]] for name in fields}
    data = _DataRows(cells, columns.get("household_code"), columns.get("recorded_class"), first)
    if cells.kinds is None and (
        data.touches_merged_block() or kind_decides((fields[name], columns[name].slice(first)) for name in fields)
    ):
        workbook.cells_with_kinds(sheet_name)
        return _read_list(extraction, workbook, sheet_name, sheet, cache)
    extraction.findings += match.findings
    schema = cache.schema(sheet.role)
    problems = _Problems(extraction, sheet_name, sheet.role)
    if cells.kinds is None:
        read = {
            name: pc.replace_substring(column, _MIDNIGHT, "") if fields[name].kind in DATE_KINDS else column
            for name, column in columns.items()
        }
        read = {RENAMED_FIELDS.get(name, name): column for name, column in read.items()}
    else:
        read = _by_kind(cells, match, fields, data, extraction.cover.survey_year, problems)
    for place in data.below_total:
        problems.add(int(cells.row_numbers[place]), "household_code", "row_below_total")
    count = len(cells.row_numbers)
    empty = pa.nulls(count, pa.string())
    arrays = [
        pa.repeat(extraction.source_file_id, count),
        pa.repeat(sheet_name, count),
        pa.array(cells.row_numbers),
        *(read.get(name, empty) for name in schema.names[3:]),
    ]
    return _without(pa.table(arrays, schema=schema), first, data.no_data)


class _DataRows:
    """Which rows of a list are data, by their places.

    `no_data`: the entirely empty ones, the closing total row and what stands below it without being a household.
    `below_total`: the data rows below the total row. A total row carries its label in any cell.
    """

    def __init__(
        self,
        cells: SheetCells,
        household_code: pa.StringArray | None,
        recorded_class: pa.StringArray | None,
        first: int,
    ):
        self.cells = cells
        self.first = first
        self.no_data: list[int] = []
        self.below_total: list[int] = []
        count = len(cells.row_numbers)
        # Only rows without a household code, rows that may carry the label in its place, and the last rows are looked
        # into, which spares reading every cell of every list. The label has letters beyond ASCII, codes hardly have.
        suspects: list[int] = list(range(first, count))
        if household_code is not None:
            codes = household_code.slice(first).to_pylist()
            suspects = [place for place, code in enumerate(codes, first) if code is None or not code.isascii()]
        looked_into = {place: cells.row_at(place) for place in suspects}
        empty = {place for place in suspects if not any(looked_into[place])}
        last = next((place for place in range(count - 1, first - 1, -1) if place not in empty), None)
        if last is not None and last not in looked_into:
            looked_into[last] = cells.row_at(last)
        totals = {place for place, row in looked_into.items() if any(_is_total_label(cell) for cell in row if cell)}
        below = range(min(totals) + 1, count) if totals else range(0)
        for place in below:
            if place in empty or place in totals:
                continue
            code = household_code[place].as_py() if household_code is not None else None
            if _HAS_DIGIT.search(code or "") or (recorded_class is not None and recorded_class[place].is_valid):
                self.below_total.append(place)
            else:
                empty.add(place)
        self.no_data = sorted(empty | totals)

    def places_of(self, first_row: int, last_row: int) -> list[int]:
        """The places of the data rows of a range of sheet rows."""
        no_data = set(self.no_data)
        start, end = self.cells.place_from(first_row), self.cells.place_from(last_row + 1)
        return [place for place in range(max(start, self.first), end) if place not in no_data]

    def touches_merged_block(self) -> bool:
        """Whether a merged block lies in data rows."""
        return any(self.places_of(top, bottom) for top, _, bottom, _ in self.cells.merged)


@dataclass
class _Problems:
    """Collects the cells of a sheet that are findings of ingestion."""

    extraction: Extraction
    sheet_name: str
    role: str

    def add(self, row_number: int, field_name: str, check_code: str) -> None:
        self.extraction.cell_problems.append((self.sheet_name, row_number, self.role, field_name, check_code))


def _by_kind(
    cells: SheetCells,
    match: HeaderMatch,
    fields: dict[str, FieldKind],
    data: _DataRows,
    survey_year: int | None,
    problems: _Problems,
) -> dict[str, pa.StringArray]:
    """The columns of the form's fields, each cell read as its kind and its field say; merged cells filled."""
    kinds = cells.kinds or {}
    of_column = {cells.column_numbers[position]: name for name, position in match.column_of_field.items()}
    filled: dict[tuple[int, int], Cell | None] = {}
    for top, left, bottom, right in cells.merged:
        places = data.places_of(top, bottom)
        value = kinds.get((top, left))
        name = next((of_column[column] for column in range(left, right + 1) if column in of_column), None)
        if not places or value is None or name is None:
            continue
        problems.add(int(cells.row_numbers[places[0]]), RENAMED_FIELDS.get(name, name), "merged_cells")
        if left == right:
            filled |= {(int(cells.row_numbers[place]), left): value for place in places}
    read = {}
    is_data = set(data.places_of(1, MAX_ROW))
    for name, position in match.column_of_field.items():
        column = cells.column_numbers[position]
        texts, checks = column_texts(
            [filled.get((row, column), kinds.get((row, column))) for row in cells.row_numbers.tolist()],
            fields[name],
            survey_year,
            has_1904_dates=cells.has_1904_dates,
        )
        field_name = RENAMED_FIELDS.get(name, name)
        read[field_name] = texts
        for place, check_code in checks:
            if place in is_data:
                problems.add(int(cells.row_numbers[place]), field_name, check_code)
    return read


def _is_total_label(cell: str) -> bool:
    return cell.lstrip()[:1] in _TOTAL_INITIALS and text.key(cell) == _TOTAL_ROW


def _without(table: pa.Table, first: int, no_data: list[int]) -> pa.Table:
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


def _read_labels(
    extraction: Extraction, workbook: Workbook, sheet_name: str, sheet: Sheet, schema: pa.Schema
) -> pa.Table:
    """The label/value rows of a cover or total sheet, in long form."""
    is_cover = sheet_name == extraction.cover.sheet_name
    match = extraction.cover.labels if is_cover else match_labels(workbook.cells(sheet_name), sheet.columns)
    kinds = field_kinds()
    read = workbook.cells(sheet_name)
    values = {
        name: (pa.array([value], pa.string()), kinds[sheet.role, name]) for name, (_, _, value) in match.values.items()
    }
    if read.kinds is None and kind_decides((field, value) for value, field in values.values()):
        read = workbook.cells_with_kinds(sheet_name)
        match = match_labels(read, sheet.columns)
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
    problems = _Problems(extraction, sheet_name, sheet.role)
    records: list[tuple[Any, ...]] = []
    for name, (number, label, value) in match.values.items():
        if read.kinds is None:
            if value and kinds[sheet.role, name].kind in DATE_KINDS:
                value = value.removesuffix(_MIDNIGHT)
        else:
            cell = read.kinds.get((number, read.column_numbers[0] + 1))
            value, check_code = field_text(
                cell, kinds[sheet.role, name], extraction.cover.survey_year, has_1904_dates=read.has_1904_dates
            )
            if check_code:
                problems.add(number, name, check_code)
        records.append((extraction.source_file_id, sheet_name, number, name, label, value))
    columns: list[Any] = list(zip(*records, strict=True)) or [[] for _ in schema.names]
    return pa.table([pa.array(column, kind.type) for column, kind in zip(columns, schema, strict=True)], schema=schema)
