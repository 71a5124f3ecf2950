"""Finding a form's columns in a sheet's header rows, and refusing drift."""

import difflib
from collections.abc import Sequence
from dataclasses import dataclass, field

from base import text
from base.forms import Column, Sheet
from ingestion.findings import Finding, file_finding
from ingestion.sheet_cells import SheetCells

_LONGEST_COMPARED = 200  # letters; comparing grows with the square


@dataclass
class HeaderMatch:
    """Which sheet column (from 0) holds which field, and what is off."""

    column_of_field: dict[str, int] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)


def nearest(found: str, known: list[str]) -> str:
    """The known header that looks most like a found one, "" where none comes near."""
    keys = {text.key(candidate): candidate for candidate in known}
    close = difflib.get_close_matches(text.key(found[:_LONGEST_COMPARED]), list(keys), n=1, cutoff=0.5)
    return keys[close[0]] if close else ""


def printed_headers(header_rows: Sequence[Sequence[str | None]], sheet: Sheet) -> list[tuple[str, str]]:
    """(group, header) of every sheet column, folded.

    With two header rows an ungrouped header is in the first and is merged downwards; a group header is above
    the first of its columns and spans the others.
    """
    folded = [[text.fold(cell or "") for cell in row] for row in header_rows]
    if sheet.header_rows == 1:
        return [("", cell) for cell in folded[0]]
    headers = []
    group = ""
    for above, below in zip(*folded, strict=True):
        if not below:
            headers.append(("", above))
        else:
            group = above or group
            headers.append((group, below))
    return headers


def match_headers(
    header_rows: Sequence[Sequence[str | None]],
    sheet: Sheet,
    has_data: Sequence[bool],
    column_numbers: Sequence[int],
) -> HeaderMatch:
    """Match a list sheet's headers with the form's.

    `has_data` says per sheet column whether anything is below the headers: a column without header and without
    data is no column. `column_numbers` are the columns of the sheet, from 1. Raises nothing: what is off is a finding
    of level file.
    """
    match = HeaderMatch()
    wanted = {(text.key(column.group), text.key(column.header)): column for column in sheet.columns}
    unknown: list[tuple[int, str]] = []
    for position, (group, header) in enumerate(printed_headers(header_rows, sheet)):
        if not header and not has_data[position]:
            continue
        column = wanted.get((text.key(group), text.key(header)))
        if column is None:
            unknown.append((position, header))
        elif column.field in match.column_of_field:
            match.findings.append(
                file_finding("column_twice", column.header, sheet=sheet.name, column_name=column.field)
            )
        else:
            match.column_of_field[column.field] = position
    missing = [column for column in sheet.columns if column.field not in match.column_of_field]
    match.findings += [_missing_column(sheet, column) for column in missing]
    if unknown:
        from openpyxl.utils import get_column_letter  # slow to import, seldom needed
    for position, header in unknown:
        letter = get_column_letter(column_numbers[position])
        near = nearest(header, [column.header for column in missing or sheet.columns]) if header else ""
        match.findings.append(file_finding("unknown_column", letter, near=near, sheet=sheet.name, column_name=letter))
    return match


def _missing_column(sheet: Sheet, column: Column) -> Finding:
    code = "required_column_missing" if column.is_required else "optional_column_missing"
    return file_finding(code, column.header, sheet=sheet.name, column_name=column.field)


@dataclass
class LabelMatch:
    """What a label/value sheet says: per field its row (from 1), printed label and value; labels outside the form."""

    values: dict[str, tuple[int, str, str | None]] = field(default_factory=dict)
    unknown: list[tuple[int, str]] = field(default_factory=list)
    twice: list[Column] = field(default_factory=list)


def match_labels(cells: SheetCells, columns: tuple[Column, ...]) -> LabelMatch:
    """Match the first column with the labels of a form; the value is in the column beside it."""
    match = LabelMatch()
    wanted = {text.key(column.header): column for column in columns}
    labels = cells.columns[0].to_pylist() if cells.columns else []
    has_values = len(cells.columns) > 1 and cells.column_numbers[1] == cells.column_numbers[0] + 1
    values = cells.columns[1].to_pylist() if has_values else [None] * len(labels)
    for number, label, value in zip(cells.row_numbers.tolist(), labels, values, strict=True):
        if not label:
            continue
        column = wanted.get(text.key(label))
        if column is None:
            if value is not None:
                match.unknown.append((number, label))
        elif column.field in match.values:
            match.twice.append(column)
        else:
            match.values[column.field] = (number, text.fold(label), value)
    return match


def match_sheets(sheet_names: list[str], wanted: dict[str, Sheet]) -> tuple[dict[str, str], list[Finding]]:
    """({role: sheet name in the file}, findings) for a form's four sheets; others are ignored with a warning."""
    by_key: dict[str, list[str]] = {}
    for name in sheet_names:
        by_key.setdefault(text.key(name), []).append(name)
    found: dict[str, str] = {}
    findings = []
    for role, sheet in wanted.items():
        names = by_key.get(text.key(sheet.name), [])
        if len(names) == 1:
            found[role] = names[0]
        else:
            code = "sheet_twice" if names else "sheet_missing"
            findings.append(file_finding(code, sheet.name, sheet=sheet.name))
    known = {text.key(sheet.name) for sheet in wanted.values()}
    findings += [
        file_finding("sheet_ignored", number)
        for number, name in enumerate(sheet_names, start=1)
        if text.key(name) not in known
    ]
    return found, findings
