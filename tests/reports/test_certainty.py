"""What is said to be open about a figure: one rule, from the findings and files of a release."""

from typing import Any

import pytest

from base.home import Home
from reports.certainty import Certainty, in_full, what_is_open
from reports.tables import open_release

FINAL = {
    "is_final": True,
    "communes_expected": 48,
    "communes_received": 48,
    "open_errors": 0,
    "errors_by_title": None,
}


@pytest.mark.parametrize(
    ("changes", "reasons"),
    [
        ({}, []),
        ({"is_final": False}, ["tạm thời"]),
        ({"communes_received": 5, "is_final": False}, ["mới có 5 trên 48 xã"]),
        ({"open_errors": 2}, ["2 lỗi chưa xử lý"]),
        ({"communes_expected": None, "communes_received": None, "is_final": None}, []),
    ],
)
def test_a_year_says_what_is_open(changes: dict[str, Any], reasons: list[str]) -> None:
    assert what_is_open({**FINAL, **changes}) == reasons


def test_in_full_names_the_checks_most_frequent_first() -> None:
    row = {**FINAL, "open_errors": 1007, "errors_by_title": {"B": 1, "A": 1, "C": 1000, "D": 5}}
    assert in_full(row) == ["1.007 lỗi chưa xử lý (C: 1.000; D: 5; A: 1; …)"]


def test_an_error_questions_every_area_on_its_ground(two_releases_home: Home) -> None:
    first = sorted((two_releases_home.published / "releases").iterdir())[0]
    with open_release(first) as tables:
        certainty = Certainty(tables)
    for place in (
        ("as_reviewed", "area_class", "rural"),
        ("harmonised", "area_class", "rural"),
        ("as_reviewed", "province", "former-83"),
        ("harmonised", "province", "former-83"),
    ):
        said = certainty.of(2026, *place)
        assert said[-1] == "2 lỗi chưa xử lý (Cột ngoài mẫu: 1; Thiếu cột bắt buộc: 1)", place
    assert certainty.of(2026, "as_reviewed", "commune", "29158") == []
    assert certainty.of(2026, "harmonised", "commune", "28777") == []


def test_movements_need_the_year_before(two_releases_home: Home) -> None:
    first = sorted((two_releases_home.published / "releases").iterdir())[0]
    with open_release(first) as tables:
        certainty = Certainty(tables)
    assert certainty.of(2026, "as_reviewed", "commune", "29167") == ["chưa có số liệu"]
    assert certainty.of_movement(2027, "as_reviewed", "commune", "29167") == ["năm 2026 chưa có số liệu"]
    assert certainty.of_movement(2026, "as_reviewed", "commune", "29158") == []
