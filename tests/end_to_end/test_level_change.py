"""A xã becomes a phường on a date and keeps its code: urban and rural lines on both sides of that date."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from base.home import Home
from base.release_layout import DATABASE
from tests.support.level_change import CODES, HOUSEHOLDS, expected


@pytest.fixture
def release(level_change_home: Home) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(Path(level_change_home.current) / DATABASE), read_only=True) as connection:
        yield connection


def _rows(release: duckdb.DuckDBPyConnection, columns: list[str], source: str) -> list[dict[str, Any]]:
    found = release.execute(f"select {', '.join(columns)} from {source}").fetchall()
    return [dict(zip(columns, ("" if cell is None else str(cell) for cell in row), strict=True)) for row in found]


def _same(found: list[dict[str, Any]], wanted: list[dict[str, str]]) -> None:
    assert sorted(map(str, found)) == sorted(map(str, wanted))


def test_area_classes_on_both_sides_of_the_change(release: duckdb.DuckDBPyConnection) -> None:
    wanted = expected("area_class")
    _same(_rows(release, list(wanted[0]), "marts.area_year where area_level = 'area_class'"), wanted)


@pytest.mark.parametrize("boundary", ["as_reviewed", "harmonised"])
def test_the_change_moves_nobody(release: duckdb.DuckDBPyConnection, boundary: str) -> None:
    wanted = expected("movements")
    source = f"""marts.poverty_movement
        where survey_year = 2026 and area_level = 'area_class' and boundary = '{boundary}' and unit = 'household'"""
    _same(_rows(release, list(wanted[0]), source), wanted)


def test_households_are_linked_and_judged_by_the_line_of_their_row(release: duckdb.DuckDBPyConnection) -> None:
    """One household of 1.8 million đồng is above the rural line and below the urban one."""
    assert release.execute("select count(*) from marts.dim_household").fetchone() == (len(CODES),)
    columns = ["survey_year", "area_class", "commune_valid_from", "poverty_class", "computed_class", "movement"]
    source = """marts.fct_household_year as record
        left join marts.fct_household_transition as change
            on record.household_id = change.household_id and record.survey_year = change.to_year"""
    found = _rows(release, columns, source)
    names = ["survey_year", "area_class", "commune_valid_from", "recorded_class", "recorded_class", "movement"]
    _same(found, [dict(zip(columns, (row[name] for name in names), strict=True)) for row in HOUSEHOLDS])


def test_no_finding_blames_the_change(release: duckdb.DuckDBPyConnection) -> None:
    found = release.execute("select distinct check_code from quality.finding where level <> 'completeness'").fetchall()
    assert found == []
