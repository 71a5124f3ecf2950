"""A home with two releases: first a cell is unreadable and a file refused, then the file is right and another is sent
again with other totals."""

import shutil
from pathlib import Path

import openpyxl

from base.forms import form_of_year, load_forms
from base.home import Home
from tests.support.homes import CLEAN_LANDING
from tests.support.publish_tables import publish_tables

YEARS = ("2026", "2027")
SHIFTED, REFUSED, SENT_TWICE = "2027/ra-soat-2027-29158.xlsx", "2026/ra-soat-2026-29167.xlsx", "2027-29167"
INCOME = "Thu nhập bình quân đầu người (nghìn đồng/tháng)"
RESIDENTS = 9999
_UNREADABLE = "nhiều"


def land(home: Home) -> None:
    """Two years of the clean pack, one file with an unreadable income, one with a renamed header."""
    for year in YEARS:
        shutil.copytree(CLEAN_LANDING / year, home.landing / year)
    _plant_unreadable_income(home.landing / SHIFTED)
    _rename_a_header(home.landing / REFUSED)


def build(home: Home) -> None:
    """Publish; land the right file and a second submission; publish again, with reports."""
    publish_tables(home)
    shutil.copy(CLEAN_LANDING / REFUSED, home.landing / "2026" / "sua-lai.xlsx")
    form = form_of_year(load_forms(), 2027)
    assert form is not None
    book = openpyxl.load_workbook(CLEAN_LANDING / "2027" / f"ra-soat-{SENT_TWICE}.xlsx")
    for role, field, value in (("cover", "submission_number", 2), ("total", "resident_households", RESIDENTS)):
        sheet = form.sheets[role]
        label = next(column.header for column in sheet.columns if column.field == field)
        cells = {row[0].value: row[1] for row in book[sheet.name].iter_rows(max_col=2)}
        cells[label].value = value
    book.save(home.landing / "2027" / "gui-lai.xlsx")
    publish_tables(home, with_reports=True)


def unreadable_cell(home: Home) -> str:
    """The address of the unreadable income, as findings write it."""
    sheet = openpyxl.load_workbook(home.landing / SHIFTED)["Hộ gia đình"]
    cell = next(cell for row in sheet.iter_rows() for cell in row if cell.value == _UNREADABLE)
    return f"«Hộ gia đình»!{cell.coordinate}"


def _plant_unreadable_income(path: Path) -> None:
    """Move every column of the household list one to the right and spoil an income."""
    book = openpyxl.load_workbook(path)
    sheet = book["Hộ gia đình"]
    sheet.insert_cols(1)
    header = next(cell for row in sheet.iter_rows(max_row=6) for cell in row if cell.value == INCOME)
    sheet.cell(header.row + 3, header.column).value = _UNREADABLE
    book.save(path)


def _rename_a_header(path: Path) -> None:
    book = openpyxl.load_workbook(path)
    sheet = book["Hộ gia đình"]
    next(cell for row in sheet.iter_rows(max_row=6) for cell in row if cell.value == "Số nhân khẩu").value = "Người"
    book.save(path)
