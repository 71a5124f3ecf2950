"""What each commune has to correct in a year: its open findings with the cell of each."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from base import text
from base.forms import Form, load_forms
from base.home import Home
from ingestion.archive import archive_path
from ingestion.cell_addresses import CellAddresses, locate_fields
from ingestion.quiet_readers import quiet_readers
from reports.audit.coverage import Coverage, read_coverage
from reports.audit.data import read_checks, read_files, read_findings
from reports.tables import Row, open_release

WHOLE_FILE = "cả tệp"
_ADVICE = ". Hãy "


class UnknownPlaceError(ValueError):
    """The release has no such year or commune; the message says which it has."""


@dataclass(frozen=True)
class Item:
    """One thing to correct. `cell` is an address such as «Hộ»!F123, or the nearest that is known for certain."""

    severity: str
    source_file_id: str | None
    submission_number: int | None
    received_at: datetime | None
    sheet: str | None
    cell: str
    problem: str
    action: str
    owner_vi: str


@dataclass(frozen=True)
class CommuneList:
    """Everything one commune has to correct in one year; `items` errors first, then by file, sheet and row."""

    commune_code: str
    commune_name: str
    survey_year: int
    release_id: str
    items: tuple[Item, ...]


@dataclass(frozen=True)
class Lists:
    """The lists that were asked for, and how many open findings are in files that name no commune or no year."""

    lists: tuple[CommuneList, ...]
    unplaced: int


def read_lists(home: Home, release: Path, survey_year: int, commune_code: str | None) -> Lists:
    """What the communes have to correct in a year.

    Args:
        home: the warehouse, whose archive has the workbooks.
        release: the folder of a published release.
        survey_year: the year.
        commune_code: one commune, listed even with nothing to correct; None for all that have open findings.

    Raises UnknownPlaceError when the release has no such year, or the year no such commune.
    """
    with open_release(release) as reader:
        checks, files = read_checks(reader), read_files(reader)
        findings = [row for row in read_findings(reader, checks, files) if row["status"] == "open"]
        coverage = read_coverage(reader, findings)
    names = _names(coverage, survey_year, commune_code)
    chosen: dict[str, list[Row]] = {commune_code: []} if commune_code else {}
    for finding in findings:
        code = finding["commune_code"]
        if finding["survey_year"] == survey_year and code in names and commune_code in (None, code):
            chosen.setdefault(code, []).append(finding)
    place_of = _place_finder(home, {file["source_file_id"]: file["sha256"] for file in files})
    return Lists(
        tuple(
            CommuneList(
                code,
                names[code],
                survey_year,
                release.resolve().name,
                tuple(_item(finding, place_of) for finding in sorted(rows, key=_order)),
            )
            for code, rows in sorted(chosen.items())
        ),
        sum(row["commune_code"] not in coverage.codes or row["survey_year"] is None for row in findings),
    )


def _names(coverage: Coverage, survey_year: int, commune_code: str | None) -> dict[str, str]:
    """{code: name} of the year's communes; raises UnknownPlaceError."""
    years = [row["survey_year"] for row in coverage.by_year]
    if survey_year not in years:
        raise UnknownPlaceError(f"The release has no year {survey_year}; it has {', '.join(map(str, years))}.")
    names = {unit.code: unit.name for unit in coverage.units if survey_year in unit.cells}
    if commune_code is not None and commune_code not in names:
        other = [f"{unit.name} in {min(unit.cells)}-{max(unit.cells)}" for unit in coverage.codes.get(commune_code, [])]
        known = f"; that code is {', '.join(other)}" if other else "; codes are in reports/audit/communes.html"
        raise UnknownPlaceError(f"There is no commune {commune_code} in {survey_year}{known}.")
    return names


def _order(finding: Row) -> tuple[bool, str, str, str, int]:
    return (
        finding["check_code"] != "same_submission_number",  # of this one its sender knows nothing
        finding["severity"],
        finding["source_file_id"] or "",
        finding["sheet"] or "",
        finding["row_number"] or 0,
    )


def _place_finder(home: Home, checksums: dict[str, str]) -> Callable[[str | None], CellAddresses]:
    """A function from a file's id to its places, each file opened once; no places where the archive lacks the file."""
    forms: dict[str, Form] = load_forms()
    known: dict[str, CellAddresses] = {}

    def places(source_file_id: str | None) -> CellAddresses:
        if source_file_id is None or source_file_id not in checksums:
            return CellAddresses()
        if source_file_id not in known:
            path = archive_path(home, checksums[source_file_id])
            with quiet_readers():
                known[source_file_id] = locate_fields(path.read_bytes(), forms) if path.exists() else CellAddresses()
        return known[source_file_id]

    return places


def _item(finding: Row, place_of: Callable[[str | None], CellAddresses]) -> Item:
    # A sentence ends in its own advice, which fits the cell better than the check's general one.
    problem, has_advice, advice = finding["sentence"].partition(_ADVICE)
    action = _ADVICE.lstrip(". ") + advice if has_advice else finding["action"]
    return Item(
        severity=finding["severity"],
        source_file_id=finding["source_file_id"],
        submission_number=finding["submission_number"],
        received_at=finding["received_at"],
        sheet=text.fold(finding["sheet"]) if finding["sheet"] else None,
        cell=cell_of(finding, place_of(finding["source_file_id"])),
        problem=problem.removesuffix(".") + ".",
        action=action,
        owner_vi=finding["owner_vi"],
    )


def cell_of(finding: Row, places: CellAddresses) -> str:
    """The cell of a finding, as far as it is certain.

    «Hộ»!F123 with sheet, row and column; without a row the column; without a column in the file the printed header.
    """
    name = finding["column_name"]
    sheet = finding["sheet"] or (places.cover_sheet if name else None)
    if sheet is None:
        return WHOLE_FILE
    tab = f"«{text.fold(sheet)}»"
    # A column outside the form has no field; ingestion names its letter.
    is_letter = bool(name) and name.isascii() and name.isupper()
    letter = name if is_letter else places.column(sheet, name or "")
    row = finding["row_number"] or (places.row(sheet, name) if name else None)
    if letter and row:
        return f"{tab}!{letter}{row}"
    if letter:
        return f"{tab}, cột {letter}"
    parts = [tab, f"hàng {row}" if row else "", f"mục «{finding['header']}»" if finding["header"] else ""]
    return ", ".join(part for part in parts if part)
