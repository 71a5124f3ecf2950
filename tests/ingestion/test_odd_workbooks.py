"""Workbooks as people send them: nothing stops the reading and nothing vanishes."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from base.forms import load_forms
from ingestion.extract import Extraction, extract
from ingestion.open_workbook import open_workbook
from tests.support.odd_workbooks import book, load_in_one_batch, odd_workbooks
from tests.support.spellings import SPELLINGS, respelled
from tests.support.workbooks import household, member, workbook_bytes

FORMS = load_forms()
# What people type, paste and format, and what programs leave behind.
CELLS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**13), 10**13),
    st.floats(allow_nan=False, allow_infinity=False),
    st.dates(),
    st.datetimes(),
    st.sampled_from(
        ["#REF!", "=1+1", "x", "1.250", "'083060000001", "0912345678", "Ðào", "ＸＶ", "a\u200bb", "8/8/67"]
    ),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=20).filter(
        lambda text: all(letter >= " " or letter in "\t\n" for letter in text) and "\ufffe" <= "\uffff" not in text
    ),
)


@pytest.mark.build
def test_every_odd_workbook_gives_its_finding_or_value(tmp_path: Path) -> None:
    outcome = load_in_one_batch(tmp_path / "home", odd_workbooks())
    assert outcome.mistakes == []
    assert outcome.crashed == 0
    assert outcome.tried >= 150


def _said(extraction: Extraction | None) -> Any:
    assert extraction is not None
    return (
        extraction.findings,
        sorted(extraction.cell_problems),
        {
            role: table.drop_columns("source_file_id").to_pylist()
            for role, table in extraction.tables.items()
            if role != "cover"
        },
    )


@given(
    cells=st.lists(st.tuples(st.sampled_from(sorted(household(FORMS["F2022"]))), CELLS), max_size=4),
    spellings=st.lists(st.sampled_from(sorted(set(SPELLINGS) - {"UTF-16"})), min_size=1, max_size=2, unique=True),
)
def test_every_spelling_of_a_workbook_is_read_alike(cells: list[tuple[str, Any]], spellings: list[str]) -> None:
    try:
        content = book(**dict(cells))
    except (ValueError, TypeError):  # openpyxl cannot write it
        return
    if "no styles" in spellings or "odd style number" in spellings:
        dates = [value for _, value in cells if hasattr(value, "year")]
        if dates:
            return  # without its format a date is another cell
    assert _said(extract(respelled(content, *spellings), FORMS)) == _said(extract(content, FORMS))


@given(cells=st.lists(st.tuples(st.sampled_from(sorted(household(FORMS["F2022"]))), CELLS), max_size=4))
def test_the_fast_reading_misses_nothing_that_the_exact_one_sees(cells: list[tuple[str, Any]]) -> None:
    try:
        content = book(**dict(cells))
    except (ValueError, TypeError):
        return
    # A comment in the XML turns every sheet over to the exact reading.
    assert _said(extract(content, FORMS)) == _said(extract(respelled(content, "comments"), FORMS))


def test_a_plain_workbook_is_read_fast() -> None:
    for form in FORMS.values():
        workbook = open_workbook(workbook_bytes(form))
        assert all(workbook.cells(name).kinds is None for name in workbook.sheet_names)


@pytest.mark.parametrize("form", FORMS.values(), ids=list(FORMS))
def test_the_1904_calendar_shows_the_dates_that_excel_shows(form: Any) -> None:
    import datetime

    from openpyxl import Workbook
    from openpyxl.utils.datetime import CALENDAR_MAC_1904

    def change(made: Workbook) -> None:
        made.epoch = CALENDAR_MAC_1904

    people = [household(form, head_birth=datetime.date(1967, 8, 8))]
    extraction = extract(workbook_bytes(form, households=people, members=[member(form)], change=change), FORMS)
    assert extraction is not None
    assert extraction.tables["household"].to_pylist()[0]["head_birth"] == "1967-08-08"
