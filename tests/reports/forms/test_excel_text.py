"""Text stays text, whatever it begins with, and every formula gets its value."""

import io
import re
import zipfile
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from reports.forms.cached_values import with_values
from reports.forms.excel_text import clean, put_text
from reports.forms.layout import Cell, Sheet
from reports.forms.write_workbook import write_workbook

_TEXT = st.one_of(st.text(), st.builds(lambda start, rest: start + rest, st.sampled_from("=+-@\t\n#'"), st.text()))


@given(_TEXT)
@example("=1+1")
@example("+84 275")
@example("-")
@example("@SUM(A1)")
@example("#N/A")
@example("=cmd|'/c calc'!A1")
@example(" =1+1")
@example("\u00a0\t@SUM(A1)")
def test_any_text_is_read_back_as_text(text: str) -> None:
    book = Workbook()
    put_text(book.active["A1"], text)
    saved = io.BytesIO()
    book.save(saved)
    with zipfile.ZipFile(saved) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode("utf-8")
    assert "<f>" not in sheet
    cell = load_workbook(saved).active["A1"]
    if clean(text):
        assert 't="inlineStr"' in sheet
        assert cell.data_type == "s"
        # XML readers fold line ends; everything else comes back as it was.
        folded = clean(text).replace("\r\n", "\n").replace("\r", "\n")
        assert str(cell.value).replace("\r\n", "\n").replace("\r", "\n") == folded
        is_like_a_formula = re.match(r"\s*[=+@-]|[\t\r\n]", clean(text)) is not None
        assert bool(cell.quotePrefix) == is_like_a_formula


def test_the_mark_is_of_the_cell_alone(tmp_path: Path) -> None:
    sheet = Sheet("Biểu", [Cell(1, 1, "=A1", "name"), Cell(2, 1, "An", "name")], widths=[10.0], last_row=2)
    write_workbook([sheet], tmp_path / "one.xlsx", "thử")
    page = load_workbook(tmp_path / "one.xlsx").active
    assert [(cell.value, cell.data_type, bool(cell.quotePrefix)) for (cell,) in page["A1:A2"]] == [
        ("=A1", "s", True),
        ("An", "s", False),
    ]


def test_formulas_get_their_values_and_files_are_the_same_every_time(tmp_path: Path) -> None:
    cells = [
        Cell(1, 1, 3, "count"),
        Cell(2, 1, 3, "count", "=SUM(A1:A1)"),
        Cell(3, 1, "", "rate", '=IFERROR(A1/0,"")'),
        Cell(4, 1, 0.1, "rate", "=A1/30"),
    ]
    for name in ("one.xlsx", "two.xlsx"):
        write_workbook([Sheet("Biểu", cells, widths=[10.0], last_row=4)], tmp_path / name, "thử")
    shown = load_workbook(tmp_path / "one.xlsx", data_only=True).active
    assert [shown.cell(row, 1).value for row in range(1, 5)] == [3, 3, None, 0.1]
    assert load_workbook(tmp_path / "one.xlsx").active["A3"].value == '=IFERROR(A1/0,"")'
    assert (tmp_path / "one.xlsx").read_bytes() == (tmp_path / "two.xlsx").read_bytes()


def test_a_formula_without_a_value_is_an_error() -> None:
    xml = b'<sheetData><c r="A1" s="1"><f>B1</f><v /></c><c r="A2"><f>B2</f><v></v></c></sheetData>'
    assert b'<c r="A1" s="1"><f>B1</f><v>1</v></c>' in with_values(xml, {"A1": 1, "A2": 2})
    with pytest.raises(KeyError):
        with_values(xml, {"A1": 1})
    with pytest.raises(ValueError, match="3 values"):
        with_values(xml, {"A1": 1, "A2": 2, "A3": 3})
