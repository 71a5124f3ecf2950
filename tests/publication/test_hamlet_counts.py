"""Households by hamlet: inside they add up to the release, outside nobody works out a count that is left out."""

from collections.abc import Hashable
from pathlib import Path

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from base.home import Home
from base.release_layout import DATABASE
from publication.hamlet_counts import without_small_counts, write_hamlet_workbooks
from publication.release import NotPublishedError
from tests.support.attacker import ranges
from tests.support.homes import copy_of

KEYS = [(of_class, unit) for of_class in ("poor", "near_poor") for unit in ("households", "persons")]


@given(
    households=st.lists(st.integers(0, 12), min_size=1, max_size=9),
    is_total_hidden=st.booleans(),
)
def test_nobody_works_out_a_count_that_is_left_out(households: list[int], is_total_hidden: bool) -> None:
    counts = {f"Ấp {number}": dict.fromkeys(KEYS, value) for number, value in enumerate(households)}
    shown = without_small_counts(counts, {"poor"} if is_total_hidden else set())
    published: dict[Hashable, int | None] = {name: row["poor", "households"] for name, row in shown.items()}
    assert not any(value is not None and 1 <= value <= 4 for value in published.values())
    if is_total_hidden and sum(households):
        assert published["Cả xã"] is None
    terms: dict[Hashable, float] = {**dict.fromkeys(counts, 1.0), "Cả xã": -1.0}
    found = ranges(published, [(terms, 0)], [])
    assert all(high - low >= 3 for low, high in found.values())
    assert all(shown[str(name)]["poor", "persons"] is None for name in found)


def test_a_commune_gets_its_hamlets(clean_home: Home, tmp_path: Path) -> None:
    home = copy_of(clean_home, tmp_path / "home")
    (made,) = write_hamlet_workbooks(home, 2024, "29161")
    assert made.path.stat().st_mode & 0o077 == 0
    assert made.path.parent.stat().st_mode & 0o077 == 0
    inside, outside = (
        {row[0]: row[1:] for row in load_workbook(made.path)[sheet].iter_rows(min_row=4, values_only=True)}
        for sheet in ("Nội bộ xã", "Chuyển ra ngoài")
    )
    with duckdb.connect(str(home.current / DATABASE), read_only=True) as release:
        published = release.execute(
            "select poor_households, poor_persons, near_poor_households, near_poor_persons from marts.area_year "
            "where survey_year = 2024 and boundary = 'as_reviewed' and area_code = '29161'"
        ).fetchall()
    assert inside["Cả xã"] == published[0]
    assert (
        tuple(sum(row[place] for name, row in inside.items() if name != "Cả xã") for place in range(4)) == published[0]
    )
    assert len(inside) == made.hamlets + 1 > 3
    assert inside.keys() == outside.keys()
    assert any(value is None for row in outside.values() for value in row)
    assert all(
        value is None or value == inside[name][place]
        for name, row in outside.items()
        for place, value in enumerate(row)
    )


def test_a_commune_without_a_list_is_said(clean_home: Home, tmp_path: Path) -> None:
    with pytest.raises(NotPublishedError, match="commune 99999 in 2024"):
        write_hamlet_workbooks(copy_of(clean_home, tmp_path / "home"), 2024, "99999")
