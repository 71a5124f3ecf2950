"""Decisions on the micro pack: a home to decide in, and how a build and a release follow on a day."""

import csv
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
from openpyxl import load_workbook

from base.home import Home
from ingestion.decisions import write_decisions
from ingestion.ingest import ingest
from ingestion.pseudonym_key import ensure_key
from publication.inputs import inputs_of
from publication.release import Release, publish
from tests.support.homes import land_micro, shared_home
from tests.support.statements import make_tables
from tests.support.warehouse import build_file, no_reports, no_search

DAYS = [datetime(2031, 3, day, 8, tzinfo=UTC) for day in range(1, 9)]


def rows(database: Path, query: str, *values: object) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(database), read_only=True) as connection:
        return connection.execute(query, list(values)).fetchall()


def decide(home: Home, name: str, columns: tuple[str, ...], lines: list[dict[str, Any]]) -> None:
    with (home.decisions / name).open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, columns, delimiter=";")
        writer.writeheader()
        writer.writerows(lines)
    write_decisions(home)


def release(home: Home, day: datetime) -> Release:
    """Publish the tables."""
    with no_search():
        return publish(home, "run", [], inputs_of(home), no_reports, now=day)


@cache
def shared_undecided_home() -> Home:
    """The micro pack with two links to decide, built without decisions and published on the first day. Only read it."""

    def make(home: Home) -> None:
        ensure_key(home)
        ingest(home)
        make_tables(home, DAYS[0].date())
        release(home, DAYS[0])

    return shared_home("undecided", _land, make)


def _land(home: Home) -> None:
    """The micro pack; two new households of 2026 have the old code of one of 2025 with whom they share nobody."""
    land_micro(home)
    sheets = {}
    for year in (2025, 2026):
        path = home.landing / str(year) / f"ra-soat-{year}-29158.xlsx"
        book = load_workbook(path)
        sheets[year] = [row for row in book["Hộ gia đình"].iter_rows(min_row=6, max_col=3) if row[1].value]
    found = {old.value for _, _, old in sheets[2026]}
    gone = iter(code.value for _, code, _ in sheets[2025] if code.value not in found)
    for _, _, old in [row for row in sheets[2026] if row[2].value is None][:2]:
        old.value = next(gone)
    book.save(path)


def cell(home: Home, role: str, column: str, condition: str) -> dict[str, Any]:
    """A correction of the first raw cell of the latest year that fits, without its new value."""
    location = home.raw / role / "*.parquet"
    found = duckdb.sql(
        f"select source_file_id, sheet, row_number, {column} from read_parquet('{location}', union_by_name = true) "
        f"where source_file_id = (select source_file_id from '{home.raw / 'source_file.parquet'}' "
        f"where survey_year = 2024 and commune_code = '29161') and {condition} order by row_number limit 1"
    ).fetchall()[0]
    place = dict(zip(("file", "sheet", "row", "old_value"), found, strict=True))
    return place | {
        "column": column,
        "reason": "đối chiếu phiếu giấy",
        "decided_by": "Chi cục",
        "decided_on": "2/3/2031",
    }


def rows_of_sha(home: Home, source_file_id: str) -> str:
    return str(
        rows(build_file(home), "select sha256 from quality.source_file where source_file_id = ?", source_file_id)[0][0]
    )


def waiver(**values: Any) -> dict[str, Any]:
    line = {
        "check_code": "no_accepted_file",
        "reason": "xã không rà soát",
        "decided_by": "Sở",
        "decided_on": "1/3/2031",
    }
    return line | {"expires_on": "2031-03-03"} | values


def naive(moment: datetime) -> datetime:
    return moment.replace(tzinfo=None)
