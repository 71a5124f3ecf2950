"""The small parts of the audit report: words, ranges, cells of the workbook, places of columns."""

import io
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest

from base.forms import load_forms
from ingestion.cell_addresses import CellAddresses, locate_fields
from reports.audit.excel_styles import LINE_HEIGHT, Book, Column, row_height
from reports.audit.labels_vi import condition_vi
from reports.audit.trace_pages import ranges
from reports.feedback.correction_lists import cell_of

PACK = Path(__file__).resolve().parents[1] / "packs" / "clean" / "landing"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("0 open findings", "0 phát hiện còn mở"),
        ("907 values, 24 to 1,240; 2 outside", "907 giá trị, 24 đến 1.240; 2 ngoài ngưỡng"),
        ("2021-2024: at most 0.25", "2021-2024: nhiều nhất 0,25"),
        ("0 of 212 rows unexpected", "0 trong 212 hàng sai"),
    ],
)
def test_conditions_are_said_in_vietnamese(text: str, wanted: str) -> None:
    assert condition_vi(text) == wanted


def test_row_numbers_are_written_as_ranges() -> None:
    assert ranges([9, 3, 4, 5, 5]) == "3–5, 9"
    assert ranges([]) == ""


@pytest.mark.parametrize("text", ["=1+1", "+84", "-5", "@SUM(A1)"])
def test_text_that_looks_like_a_formula_stays_text(tmp_path: Path, text: str) -> None:
    book = Book(tmp_path / "a.xlsx", datetime(2026, 1, 1))
    book.sheet("A", "title", [Column("x"), Column("y")], [(text, 1.5)])
    book.file.close()
    cell = openpyxl.load_workbook(tmp_path / "a.xlsx")["A"]["A4"]
    assert (cell.value, cell.data_type, cell.quotePrefix) == (text, "s", True)


def test_counts_are_grouped_places_are_not_and_headings_have_room(tmp_path: Path) -> None:
    book = Book(tmp_path / "a.xlsx", datetime(2026, 1, 1))
    book.sheet("A", "title", [Column("Số hộ", 12), Column("Hàng", 8, is_place=True), Column("Cảnh báo còn mở", 8)],
               [(1379, 1379, 2.5)])  # fmt: skip
    book.file.close()
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx")["A"]
    assert [sheet.cell(4, column).number_format for column in (1, 2, 3)] == ["[$-42A]#,##0", "0", "[$-42A]#,##0.00##"]
    assert sheet.row_dimensions[3].height == 2 * LINE_HEIGHT


def test_long_text_gets_higher_rows() -> None:
    assert row_height([("short", 20)]) == LINE_HEIGHT
    assert row_height([("x" * 95, 20)]) == 5 * LINE_HEIGHT


def test_places_follow_the_columns_of_the_file_itself() -> None:
    path = PACK / "2027" / "ra-soat-2027-29158.xlsx"
    forms = load_forms()
    before = locate_fields(path.read_bytes(), forms).column("Hộ gia đình", "income_per_capita_kvnd")
    book = openpyxl.load_workbook(path)
    book["Hộ gia đình"].insert_cols(1)
    moved = io.BytesIO()
    book.save(moved)
    after = locate_fields(moved.getvalue(), forms)
    assert before is not None
    assert ord(str(after.column("Hộ gia đình", "income_per_capita_kvnd"))) == ord(before) + 1
    assert (after.column("Số liệu tổng hợp", "poor_households"), after.row("Số liệu tổng hợp", "poor_households")) == (
        "B",
        3,
    )
    assert locate_fields(b"no workbook", forms) == CellAddresses()


def test_a_cell_is_named_no_closer_than_is_known() -> None:
    def finding(**values: object) -> dict[str, object]:
        return {"sheet": None, "row_number": None, "column_name": None, "header": None, **values}

    places = CellAddresses({("hộ", "b1_score"): "F"}, {}, "Bìa")
    assert cell_of(finding(sheet=" Hộ ", row_number=7, column_name="b1_score"), places) == "«Hộ»!F7"
    assert cell_of(finding(sheet="Hộ", column_name="b1_score"), places) == "«Hộ», cột F"
    assert cell_of(finding(sheet="Hộ", row_number=7, column_name="b2_score", header="B2"), places) == (
        "«Hộ», hàng 7, mục «B2»"
    )
    assert cell_of(finding(sheet="Hộ", column_name="AM"), places) == "«Hộ», cột AM"
    assert cell_of(finding(), places) == "cả tệp"
