"""Which spellings are one hamlet, and how hamlets are listed."""

import unicodedata

import pytest

from base.hamlets import WITHOUT_NAME, hamlet_key, hamlet_names, in_order


@pytest.mark.parametrize(
    "other", ["ấp 1", " Ấp  1", "ẤP 1", "Ấp 01", unicodedata.normalize("NFD", "Ấp 1"), "Ấp\u00a01", "Ấp 1\n"]
)
def test_spellings_of_one_hamlet_share_a_key(other: str) -> None:
    assert hamlet_key(other) == hamlet_key("Ấp 1")


@pytest.mark.parametrize("other", ["Ấp 2", "Ấp 10", "Ấp 1A", "Ấp", "", None])
def test_other_hamlets_do_not(other: str | None) -> None:
    assert hamlet_key(other) != hamlet_key("Ấp 1")


def test_a_hamlet_is_shown_as_most_rows_write_it() -> None:
    names = hamlet_names({"Ấp Hoà": 2, "ấp hòa": 1, "Ấp Hòa": 2, None: 1, "  ": 1})
    assert names == {hamlet_key("Ấp Hòa"): "Ấp Hoà", "": WITHOUT_NAME}


def test_numbers_are_listed_as_people_count() -> None:
    assert in_order(["Ấp 10", WITHOUT_NAME, "Ấp 2", "ấp 1"]) == ["ấp 1", "Ấp 2", "Ấp 10", WITHOUT_NAME]
