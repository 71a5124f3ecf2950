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
from reports.acting import Actor, release_day
from reports.audit.coverage import Coverage, read_coverage
from reports.audit.data import name_actors, read_checks, read_files, read_findings
from reports.certainty import Certainty
from reports.decision_book.words import code_length
from reports.tables import Row, open_release

WHOLE_FILE = "cả tệp"
_ADVICE = ". Hãy "


class UnknownPlaceError(ValueError):
    """The release has no such year or commune; the message says which it has."""


@dataclass(frozen=True)
class Item:
    """One thing to correct. `cell` is an address such as «Hộ»!F123, or the nearest that is known for certain.
    `reviewed_as` names the commune of the file where that one is gone, `code` the finding."""

    reviewed_as: str | None
    severity: str
    source_file_id: str | None
    submission_number: int | None
    received_at: datetime | None
    sheet: str | None
    cell: str
    problem: str
    action: str
    owner_vi: str
    code: str


@dataclass(frozen=True)
class CommuneList:
    """Everything one commune of today has to correct in one year, also for those that are gone; `items` errors first,
    then by file, sheet and row. `open` is what every report says beside the commune's figures of the year."""

    commune_code: str
    commune_name: str
    survey_year: int
    release_id: str
    items: tuple[Item, ...]
    open: tuple[str, ...] = ()


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
        commune_code: one commune of the year or of today, listed even with nothing to correct; None for all that have
            open findings.

    Raises UnknownPlaceError when the release has no such year, or the year no such commune.
    """
    with open_release(release) as reader:
        on = release_day(release.resolve().name)
        checks, files = read_checks(reader, on), read_files(reader)
        findings = [row for row in read_findings(reader, checks, files) if row["status"] == "open"]
        coverage = read_coverage(reader, findings, on)
        certainty = Certainty(reader)
        name_actors(findings, coverage)
    length = code_length([row["finding_id"] for row in findings])
    actors = _actors(coverage, survey_year, commune_code)
    chosen: dict[Actor, list[Row]] = dict.fromkeys(actors.values(), []) if commune_code else {}
    for finding in findings:
        actor = actors.get(finding["commune_code"] or "")
        if finding["survey_year"] == survey_year and actor is not None:
            chosen[actor] = [*chosen.get(actor, []), finding]
    place_of = _place_finder(home, {file["source_file_id"]: file["sha256"] for file in files})
    return Lists(
        tuple(
            CommuneList(
                actor.code,
                actor.name,
                survey_year,
                release.resolve().name,
                tuple(_item(finding, place_of, coverage, length) for finding in sorted(rows, key=_order)),
                tuple(certainty.of(survey_year, "harmonised", "commune", actor.code)),
            )
            for actor, rows in sorted(chosen.items(), key=lambda item: item[0].code)
        ),
        sum(row["commune_code"] not in coverage.codes or row["survey_year"] is None for row in findings),
    )


def _actors(coverage: Coverage, survey_year: int, commune_code: str | None) -> dict[str, Actor]:
    """{code of the year: the commune that acts for it today}, of all or of one that a code names then or now.

    Raises UnknownPlaceError.
    """
    years = [row["survey_year"] for row in coverage.by_year]
    if survey_year not in years:
        raise UnknownPlaceError(f"The release has no year {survey_year}; it has {', '.join(map(str, years))}.")
    actors = {unit.code: unit.actor for unit in coverage.units if survey_year in unit.cells}
    if commune_code is None:
        return actors
    asked = actors[commune_code].code if commune_code in actors else commune_code
    of_one = {code: actor for code, actor in actors.items() if actor.code == asked}
    if not of_one:
        other = [f"{unit.name} in {min(unit.cells)}-{max(unit.cells)}" for unit in coverage.codes.get(commune_code, [])]
        known = f"; that code is {', '.join(other)}" if other else "; codes are in reports/audit/communes.html"
        raise UnknownPlaceError(f"There is no commune {commune_code} in {survey_year}{known}.")
    return of_one


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


def _item(finding: Row, place_of: Callable[[str | None], CellAddresses], coverage: Coverage, length: int) -> Item:
    problem, action = problem_and_action(finding)
    unit = coverage.unit_of(finding["commune_code"], finding["survey_year"])
    return Item(
        reviewed_as=f"{unit.name} ({unit.code})" if unit and unit.is_gone else None,
        severity=finding["severity"],
        source_file_id=finding["source_file_id"],
        submission_number=finding["submission_number"],
        received_at=finding["received_at"],
        sheet=text.fold(finding["sheet"]) if finding["sheet"] else None,
        cell=cell_of(finding, place_of(finding["source_file_id"])),
        problem=problem,
        action=action,
        owner_vi=finding["owner_vi"],
        code=finding["finding_id"][:length],
    )


def problem_and_action(finding: Row) -> tuple[str, str]:
    """What is wrong, and what to do: a sentence ends in its own advice, which fits better than the check's."""
    problem, has_advice, advice = finding["sentence"].partition(_ADVICE)
    return problem.removesuffix(".") + ".", _ADVICE.lstrip(". ") + advice if has_advice else finding["action"]


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
