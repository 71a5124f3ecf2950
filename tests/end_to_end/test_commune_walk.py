"""The walk of docs/for-communes.md: from the blank workbook to the answers of a returned list, joint by joint."""

from datetime import timedelta
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

from base.home import Home
from base.release_layout import DATABASE
from ingestion.decisions import append_decisions, write_decisions
from ingestion.ingest import ingest
from reports.blank_survey import first_list_row, make_templates
from reports.decision_book import words
from reports.decision_book.read import Answer, read_answers
from tests.support.decided import DAYS, release, rows, shared_undecided_home
from tests.support.filled_template import fill_in, form_of_survey
from tests.support.homes import copy_of, poverty
from tests.support.spreadsheet import recalculated
from tests.support.statements import make_tables

pytestmark = pytest.mark.build

YEAR, COMMUNE = 2027, "29158"
DAY = DAYS[1].date()
HEADS = 5
POOR = f"select poor_households from marts.area_year where survey_year = {YEAR} and area_code = '{COMMUNE}'"


def sent_by_a_commune(home: Home, desk: Path) -> tuple[Path, int]:
    """The blank workbook of the home, filled in and calculated by a spreadsheet program, and how many households it
    has. One has no class, and one person is under a code that no household has."""
    (made,) = make_templates(home, YEAR, COMMUNE)
    form = form_of_survey(YEAR)
    household, member = form.sheets["household"], form.sheets["member"]
    fields = [column.field for column in household.columns]
    book = load_workbook(made.path)
    page, first = book[household.name], first_list_row(household)
    codes = page.iter_rows(min_row=first, min_col=fields.index("household_code") + 1, max_col=len(fields))
    listed = sum(row[0].value is not None for row in codes)
    fill_in(book, form, listed)
    page.cell(first, fields.index("recorded_class") + 1).value = None
    book[member.name].cell(first_list_row(member) + 9, 1).value = f"{COMMUNE}-7777"
    book.save(desk / "gui.xlsx")
    recalculated([desk / "gui.xlsx"], desk)
    return desk / "made" / "gui.xlsx", listed


def answered(home: Home, book: Workbook, desk: Path) -> list[Answer]:
    """What is read of a list that a commune sends back."""
    book.save(desk / "tra-loi.xlsx")
    content = (desk / "tra-loi.xlsx").read_bytes()
    return read_answers(home, home.current.resolve(), content, "Chi cục", DAY, DAY + timedelta(365))


def test_a_commune_walks_from_the_blank_workbook_to_its_answers(tmp_path: Path) -> None:
    home = copy_of(shared_undecided_home(), tmp_path / "home")
    path, households = sent_by_a_commune(home, tmp_path)
    assert households > 20
    path.rename(home.landing / "từ thư mục của xã.xlsx")
    ingest(home)
    make_tables(home, DAY)
    release(home, DAYS[1])
    assert rows(home.current / DATABASE, POOR) == [(households - 1,)] * 2  # in both boundaries

    poverty(home, "feedback", "--year", str(YEAR), "--commune", COMMUNE)
    (listed,) = (home.root / "reports" / "feedback").rglob(f"{YEAR}-{COMMUNE}.xlsx")
    book = load_workbook(listed)
    page = book.worksheets[0]
    place = {cell.value: cell.column for cell in page[HEADS]}
    cells = {page.cell(row, place["Ô"]).value: row for row in range(HEADS + 1, page.max_row + 1)}
    assert "2 lỗi phải sửa" in page["A2"].value
    forgotten, stranger = cells["«Hộ gia đình»!Z2"], cells["«Nhân khẩu»!A11"]
    # The household whose person was put elsewhere counts one more than it has rows.
    warned = next(
        row for row in cells.values() if str(page.cell(row, place["Vấn đề"]).value).startswith("Số nhân khẩu khác")
    )
    for row, answer, right, reason in (
        (forgotten, words.SHALL_BE, "Hộ nghèo", "Đã đối chiếu phiếu"),
        (stranger, words.SENT_AGAIN, None, None),
        (warned, words.IS_RIGHT, None, "Xã đã kiểm tra tại nhà"),
    ):
        for heading, value in ((words.COMMUNE_ANSWER, answer), (words.RIGHT, right), (words.REASON, reason)):
            page.cell(row, place[heading]).value = value

    answers = answered(home, book, tmp_path)
    assert {one.row: one.file_name for one in answers} == {
        forgotten: "corrections.csv", stranger: None, warned: "waivers.csv"
    }  # fmt: skip
    several = (
        "select finding_id from quality.finding where status = 'open' and check_code = 'listed_household_without_row'"
    )
    codes = {code[:8] for (code,) in rows(home.current / DATABASE, several)}
    page_rows = [row for row in range(HEADS + 1, page.max_row + 1) if page.cell(row, place["Mã"]).value in codes]
    assert len(page_rows) == len(codes) > 1
    for row in page_rows[:-1]:
        page.cell(row, place[words.COMMUNE_ANSWER]).value = words.IS_RIGHT
    some = answered(home, book, tmp_path)
    assert {one.is_refused for one in some if one.row in page_rows} == {True}, "one answer is not taken for others"
    page.cell(page_rows[-1], place[words.COMMUNE_ANSWER]).value = words.IS_RIGHT
    assert {one.is_refused for one in answered(home, book, tmp_path)} == {False}

    append_decisions(home, {one.file_name: [one.line] for one in answers if one.file_name})
    write_decisions(home)
    make_tables(home, DAY, of=["marts.area_year", "quality.correction", "quality.finding", "quality.waiver"])
    assert rows(home.build_file, POOR) == [(households,)] * 2
    status = f"select status, count(*) from quality.{{}} where commune_code = '{COMMUNE}' group by all"
    assert rows(home.build_file, status.format("correction")) == [("applied", 1)]
    assert rows(home.build_file, "select findings_waived from quality.waiver") == [(1,)]
    still_open = "select check_code from quality.finding where is_open and severity = 'error' and survey_year = ? and "
    assert rows(home.build_file, f"{still_open} commune_code = ?", YEAR, COMMUNE) == [("member_without_household",)]
