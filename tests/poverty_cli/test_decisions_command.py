"""`poverty decisions`: what people decide in Excel, from the workbook to the decision files."""

import shutil
import stat
from datetime import date
from pathlib import Path

import duckdb
import openpyxl
import pytest

from base.home import Home
from base.release_layout import DATABASE
from ingestion.decisions import CORRECTION_COLUMNS, WAIVER_COLUMNS, append_decisions, read_lines, write_decisions
from reports.decision_book import words
from reports.decision_book.read import read_answers
from tests.support.decided import rows, shared_undecided_home
from tests.support.homes import copy_of, poverty
from tests.support.statements import make_tables

pytestmark = pytest.mark.build

FIRST = 5
REASON = "Xã gửi văn bản giải trình, đã đối chiếu phiếu"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return copy_of(shared_undecided_home(), tmp_path_factory.mktemp("decisions") / "home")


def place_of(sheet: openpyxl.worksheet.worksheet.Worksheet) -> dict[str, int]:
    return {str(cell.value): cell.column for row in sheet.iter_rows(max_row=FIRST) for cell in row if cell.value}


def fill(path: Path, sheet: str, row: int, **values: object) -> None:
    book = openpyxl.load_workbook(path)
    places = place_of(book[sheet])
    for name, value in values.items():
        book[sheet].cell(row, places[getattr(words, name)]).value = value
    book.save(path)


def decided(home: Home) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in home.decisions.iterdir()}


def households(home: Home) -> dict[tuple[str, int], str]:
    """The household of each row of a file, by the beginning of the file's id."""
    found = rows(home.build_file, "select source_file_id[:8], row_number, household_id from "
                 "intermediate.int_household_identity")  # fmt: skip
    return {(file, row): household for file, row, household in found}


def test_a_workbook_is_opened_tried_and_applied(home: Home, tmp_path: Path) -> None:
    """A waiver, a correction, a link that is confirmed and one that is refused: in the tables of the next build."""
    said = poverty(home, "decisions", "open").stdout
    (opened,) = (home.root / "private" / "decisions").iterdir()
    assert str(opened) in said
    assert [stat.S_IMODE(path.stat().st_mode) for path in (opened, opened.parent)] == [0o600, 0o700]
    path = tmp_path / "answered.xlsx"
    shutil.copy(opened, path)
    book = openpyxl.load_workbook(path)
    offered = {validation.formula1 for sheet in book for validation in sheet.data_validations.dataValidation}
    assert offered == {'"chấp nhận,sửa ô"', '"cùng hộ,khác hộ"'}
    assert not [cell for sheet in book for row in sheet.iter_rows() for cell in row if str(cell.value) == "nan"]
    assert "None" not in said

    file, sheet, row, label = duckdb.sql(
        f"select source_file_id, sheet, row_number, recorded_class from '{home.raw}/household/*.parquet' "
        "where lower(nfc_normalize(recorded_class)) = 'hộ nghèo' order by all limit 1"
    ).fetchall()[0]
    cell = {"FILE": file[:8], "SHEET": sheet, "ROW": row, "COLUMN": "recorded_class", "REASON": REASON}
    fill(path, "Vấn đề", FIRST, DECISION="chấp nhận", REASON=REASON)
    links = book["Liên kết"]
    places = place_of(links)
    asked = [
        tuple(
            links.cell(row, places[name]).value for name in (words.FILE, words.ROW, words.OTHER_FILE, words.OTHER_ROW)
        )
        for row in (FIRST, FIRST + 1)
    ]
    assert links.max_row == FIRST + 1
    assert all(links.cell(row, places[name]).value for row in (FIRST, FIRST + 1) for name in (words.HEAD, words.WHY))
    fill(path, "Liên kết", FIRST, DECISION="cùng hộ", REASON="Đã hỏi tại nhà")
    fill(path, "Liên kết", FIRST + 1, DECISION="khác hộ")
    fill(path, "Sửa ô khác", FIRST, **cell, OLD=label, RIGHT="Hộ cận nghèo")
    fill(path, "Sửa ô khác", FIRST + 1, **cell, OLD="Hộ khác", RIGHT="Hộ cận nghèo")
    before = decided(home)
    refused = poverty(home, "decisions", "check", str(path), expect=1)
    assert f"Trang «Sửa ô khác», hàng {FIRST + 1}: bị từ chối: giá trị cũ không khớp với ô của tệp" in refused.stdout
    assert "chấp nhận 1 vấn đề đến hết" in refused.stdout
    assert f"Trang «Liên kết», hàng {FIRST}: được ghi; biến động hộ năm 2026 của xã 29158" in refused.stdout
    assert f"Trang «Liên kết», hàng {FIRST + 1}: bị từ chối: thiếu lý do" in refused.stdout
    assert "Số hộ nghèo -1" in refused.stdout or "hộ nghèo -1" in refused.stdout.lower(), refused.stdout
    assert "None" not in refused.stdout + refused.stderr
    assert decided(home) == before, "the trial wrote nothing"
    assert not list(home.warehouse.glob("verify-*"))
    assert "số" in poverty(home, "decisions", "apply", str(path), "--by", "0912345678", expect=2).stderr

    fill(path, "Sửa ô khác", FIRST + 1, **dict.fromkeys(cell), OLD=None, RIGHT=None)
    fill(path, "Liên kết", FIRST + 1, DECISION="khác hộ", REASON="Mã hộ cũ ghi nhầm")
    said = poverty(home, "decisions", "apply", str(path), "--by", "Chi cục Phát triển nông thôn").stdout
    assert f"Trang «Liên kết», hàng {FIRST + 1}: được ghi" in said
    (line,) = read_lines(home.decisions / "corrections.csv", CORRECTION_COLUMNS)
    assert (line["decided_by"], line["reason"], line["file"]) == ("Chi cục Phát triển nông thôn", REASON, file[:8])
    (waived,) = read_lines(home.decisions / "waivers.csv", WAIVER_COLUMNS)
    assert waived["reason"] == REASON

    was = households(home)
    write_decisions(home)
    make_tables(home, of=["quality.link_decision", "quality.link_review", "quality.waiver", "quality.correction"])
    now = households(home)
    (same, earlier), (other, not_it) = [((file, row), (old, old_row)) for file, row, old, old_row in asked]
    assert was[same] != now[same] == now[earlier] == was[earlier]
    assert now[other] == was[other] != now[not_it]
    assert rows(home.build_file, "select status from quality.link_decision") == [("applied",), ("applied",)]
    assert rows(home.build_file, "select count(*) from quality.link_review") == [(0,)]
    assert rows(home.build_file, "select count(*) from quality.waiver where findings_waived = 1") == [(1,)]
    assert rows(home.build_file, "select status from quality.correction") == [("applied",)]


def test_the_list_that_a_commune_answered_is_read_back(home: Home, tmp_path: Path) -> None:
    with duckdb.connect(str(home.current / DATABASE), read_only=True) as connection:
        year, commune = connection.execute(
            "select survey_year, commune_code from quality.finding where status = 'open' "
            "and check_code = 'no_accepted_file' order by all desc limit 1"
        ).fetchall()[0]
    poverty(home, "feedback", "--year", str(year), "--commune", commune)
    (listed,) = (home.root / "reports" / "feedback" / home.current.resolve().name).glob(f"{year}-*.xlsx")
    path = tmp_path / "returned.xlsx"
    shutil.copy(listed, path)
    name = openpyxl.load_workbook(path).sheetnames[0]
    row = FIRST + 1
    fill(path, name, row, COMMUNE_ANSWER="số liệu đúng", REASON="Ông Nguyễn Văn Canary, 0912345678")
    book = openpyxl.load_workbook(path)
    last = book[name].max_row + 1
    for number, value in enumerate([cell.value for cell in book[name][row]], start=1):
        book[name].cell(last, number).value = value
    book.save(path)
    fill(path, name, last, COMMUNE_ANSWER="SỐ LIỆU ĐÚNG", REASON="Xã không còn hộ nghèo")
    fill(path, name, last + 1, COMMUNE_ANSWER="đã gửi lại tệp")
    before = decided(home)
    said = poverty(home, "decisions", "apply", str(path), "--by", "Chi cục", expect=1)
    assert decided(home) == before, "all or none"
    assert f"hàng {row}: bị từ chối: cột reason" in said.stdout
    assert "Canary" not in said.stdout + said.stderr
    assert f"hàng {last}: chấp nhận 1 vấn đề" in said.stdout
    assert f"hàng {last + 1}: xã nói đã gửi lại tệp" in said.stdout


def test_a_row_is_one_household_or_none_of_those_asked_about(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["Năm", "Tệp", "Hàng", "Tệp kia", "Hàng kia", "Quyết định", "Lý do"])
    for row in (
        (2024, "aaaaaaaa", 7, "bbbbbbbb", 8, "cùng hộ", "hỏi"),
        (2024, "aaaaaaaa", 7, "bbbbbbbb", 9, None, None),
        (2024, "aaaaaaaa", 8, "bbbbbbbb", 8, "khác hộ", "hỏi"),
        (2024, "aaaaaaaa", 8, "bbbbbbbb", 9, "khác hộ", None),
        (2024, "aaaaaaaa", 9, "bbbbbbbb", 8, "khác hộ", "hỏi"),
        (2024, "aaaaaaaa", 9, "bbbbbbbb", 9, None, None),
        (2024, "aaaaaaaa", 10, "bbbbbbbb", 8, "cùng hộ", "hỏi"),
        (2024, "aaaaaaaa", 10, "bbbbbbbb", 9, "cùng hộ", "hỏi"),
        (2024, "aaaaaaaa", 11, "bbbbbbbb", 9, None, None),
    ):
        book.active.append(row)
    book.save(tmp_path / "links.xlsx")
    day = date(2026, 1, 31)
    content = (tmp_path / "links.xlsx").read_bytes()
    answers = read_answers(Home(tmp_path), tmp_path, content, "Sở", day, day)
    assert [(one.row, one.is_refused) for one in answers] == [(2, False), (4, False), (7, True), (9, True)]
    same, other = answers[0].line, answers[1].line
    assert (same["other_source_file_id"], same["other_source_row"], same.get("household_id")) == ("bbbbbbbb", "8", None)
    assert (other["household_id"], other["source_row"], other["decided_on"]) == ("new", "8", "2026-01-31")


def test_a_file_that_is_no_workbook_of_decisions_is_refused(home: Home, tmp_path: Path) -> None:
    path = tmp_path / "other.xlsx"
    openpyxl.Workbook().save(path)
    assert "không phải sổ quyết định" in poverty(home, "decisions", "check", str(path), expect=2).stderr


@pytest.mark.parametrize("content", [None, "file;sheet;reason\r\na;b;c\r\n\r\n", "\ufefffile,reason\nx,y"])
def test_lines_are_added_as_the_file_is_written(tmp_path: Path, content: str | None) -> None:
    home = Home(tmp_path / "home").create()
    path = home.decisions / "corrections.csv"
    if content:
        path.write_text(content, encoding="utf-8", newline="")
    before = list(read_lines(path, CORRECTION_COLUMNS))
    numbers = append_decisions(home, {path.name: [{"file": "f", "reason": 'vì "thế";\n, x'}]})[path.name]
    lines = list(read_lines(path, CORRECTION_COLUMNS))
    assert lines[:-1] == before
    assert (lines[-1]["file"], lines[-1]["reason"]) == ("f", 'vì "thế"; , x')
    assert numbers == [lines[-1]["line_number"]]
