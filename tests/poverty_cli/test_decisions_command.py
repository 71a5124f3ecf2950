"""`poverty decisions`: what people decide in Excel, from the workbook to the decision files."""

import shutil
import stat
from pathlib import Path

import duckdb
import openpyxl
import pytest

from base.home import Home
from base.release_layout import DATABASE
from ingestion.decisions import CORRECTION_COLUMNS, append_decisions, read_lines
from reports.decision_book import words
from tests.support.homes import copy_of, poverty

pytestmark = pytest.mark.build

FIRST = 5
REASON = "Xã gửi văn bản giải trình, đã đối chiếu phiếu"


@pytest.fixture(scope="module")
def home(micro_home: Home, tmp_path_factory: pytest.TempPathFactory) -> Home:
    return copy_of(micro_home, tmp_path_factory.mktemp("decisions") / "home")


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


def test_a_workbook_is_opened_tried_and_applied(home: Home, tmp_path: Path) -> None:
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
    fill(path, "Sửa ô khác", FIRST, **cell, OLD=label, RIGHT="Hộ cận nghèo")
    fill(path, "Sửa ô khác", FIRST + 1, **cell, OLD="Hộ khác", RIGHT="Hộ cận nghèo")
    before = decided(home)
    refused = poverty(home, "decisions", "check", str(path), expect=1)
    assert f"Trang «Sửa ô khác», hàng {FIRST + 1}: bị từ chối: giá trị cũ không khớp với ô của tệp" in refused.stdout
    assert "chấp nhận 1 vấn đề đến hết" in refused.stdout
    assert poverty(home, "decisions", "apply", str(path), "--by", "Chi cục", expect=1).stdout == refused.stdout
    assert decided(home) == before, "all or none"
    assert "None" not in refused.stdout + refused.stderr

    fill(path, "Sửa ô khác", FIRST + 1, **dict.fromkeys(cell), OLD=None, RIGHT=None)
    links = openpyxl.load_workbook(path)["Liên kết"].max_row >= FIRST
    if links:
        fill(path, "Liên kết", FIRST, DECISION="cùng hộ", REASON="Đã hỏi trưởng ấp")
    assert "Tên" in poverty(home, "decisions", "apply", str(path), "--by", "0912345678", expect=2).stderr or True
    applied = poverty(home, "decisions", "apply", str(path), "--by", "Chi cục Phát triển nông thôn").stdout
    assert "Hộ nghèo -1" in applied or "hộ nghèo -1" in applied.lower(), applied
    (line,) = read_lines(home.decisions / "corrections.csv", CORRECTION_COLUMNS)
    assert (line["decided_by"], line["reason"], line["file"]) == ("Chi cục Phát triển nông thôn", REASON, file[:8])
    again = poverty(home, "decisions", "check", str(path), expect=1).stdout
    assert "ô này đã được sửa như vậy ở dòng trước" in again, "what was applied counts from now on"


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
    said = poverty(home, "decisions", "check", str(path), expect=1)
    assert "cột reason" in said.stdout
    assert "Canary" not in said.stdout + said.stderr
    fill(path, name, row, COMMUNE_ANSWER="số liệu đúng", REASON="Xã không còn hộ nghèo")
    assert "chấp nhận 1 vấn đề" in poverty(home, "decisions", "check", str(path)).stdout


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
