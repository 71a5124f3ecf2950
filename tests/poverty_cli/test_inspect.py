"""`poverty inspect`: a file is judged by the same rules before anyone drops it in."""

import io
import os
import re
import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from base.forms import load_forms
from base.home import Home
from ingestion.cell_addresses import CellAddresses
from poverty_cli.inspect_file import print_inspection
from poverty_cli.terminal import Terminal
from reports.feedback.inspection import Inspection, Language
from reports.tables import Row
from tests.support.homes import POVERTY, poverty
from tests.support.workbooks import household, workbook_bytes

pytestmark = pytest.mark.build

FORM = load_forms()["F2022"]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


def test_a_good_file_has_no_problem_and_leaves_nothing_behind(home: Home, tmp_path: Path) -> None:
    path = tmp_path / "good.xlsx"
    path.write_bytes(workbook_bytes(FORM))
    shown = poverty(home, "inspect", str(path)).stdout
    assert "Không thấy vấn đề nào" in shown
    assert "mọi hàng được tính" in shown
    assert "F2022" in shown
    assert not home.registry.exists()


def test_every_problem_is_reported_without_any_value(home: Home, tmp_path: Path) -> None:
    secret = "Canary Bí Mật"
    rows = [
        household(FORM, "1", head_name=secret, b1_score=secret, recorded_class="Hộ lạ"),
        household(FORM, "2", head_name=secret, head_birth=secret),
        household(FORM, "2", head_name=secret, head_citizen_id=secret),
    ]
    path = tmp_path / "bad.xlsx"
    path.write_bytes(workbook_bytes(FORM, households=rows, members=[]))
    listed = tmp_path / "list.xlsx"
    shown = poverty(home, "inspect", str(path), "--output", str(listed), expect=1).stdout
    book = openpyxl.load_workbook(listed)
    rows: list[tuple[Any, ...]] = list(book.active.iter_rows(min_row=6, values_only=True))
    assert {"class_label_unknown", "household_code_duplicate", "unreadable_number", "unreadable_date"} <= {
        row[6] for row in rows
    }
    assert re.fullmatch("«Hộ»![A-Z]+9", rows[0][2])
    assert (rows[0][1], rows[0][5]) == ("Lỗi", "để riêng hàng")
    words = " ".join(shown.split())
    for said in ("3 hàng bị để riêng, không tính vào số liệu: «Hộ» hàng 9–11", "Mã hộ lặp lại", "Không đọc được số"):
        assert said in words
    assert "Canary" not in shown
    assert "Canary" not in str([cell for sheet in book for cell in sheet.values])
    assert "No workbook is overwritten" in poverty(home, "inspect", str(path), "--output", str(path), expect=2).stderr
    assert "no language" in poverty(home, "inspect", str(path), "--lang", "fr", expect=2).stderr


def _inspection(language: Language, status: str = "accepted", left_out: Sequence[tuple[str, int]] = ()) -> Inspection:
    entry = dict.fromkeys(("sha256", "form", "survey_year", "commune_code", "submission_number", "maturity",
                           "household_rows", "member_rows")) | {"status": status}  # fmt: skip
    message = (
        "Trang «Tổng hợp», hàng {row}, mục «Số hộ nghèo, cận nghèo thiếu hụt người phụ thuộc»: số tổng hợp khác số "
        "tính từ danh sách hộ. Hãy kiểm tra lại bảng tổng hợp và danh sách."
    )
    rows: list[Row] = [
        {"check_code": "household_code_duplicate", "severity": "error", "source_file_id": "a", "sheet": "Hộ",
         "row_number": row, "column_name": "household_code", "message": message.format(row=row)}
        for row in range(9, 4009, 2)
    ]  # fmt: skip
    missing = {
        "sheet": None,
        "row_number": None,
        "column_name": None,
        "message": "Thiếu cột bắt buộc «Mã hộ». Hãy gửi.",
    }
    rows.append({**rows[0], **missing, "check_code": "required_column_missing"})
    return Inspection(entry, rows, left_out, CellAddresses(), language)


@pytest.mark.parametrize("width", [80, 120])
def test_the_table_fits_the_terminal_and_breaks_no_word(width: int) -> None:
    console = Terminal(width=width, file=io.StringIO())
    print_inspection(console, _inspection(Language.VI))
    shown = console.file.getvalue()  # type: ignore[attr-defined]
    assert max(map(len, shown.splitlines())) <= width
    assert len(shown.splitlines()) < 40
    assert {"kiểm", "tổng", "danh", "sách.", "«Mã"} <= set(shown.split())
    assert "2.000" in shown


def test_a_file_is_said_to_be_accepted_only_with_the_rows_that_are_left_out() -> None:
    left_out = [("Hộ", 9), ("Hộ", 10), ("Thành viên", 7)]
    assert "«Hộ» hàng 9–10; «Thành viên» hàng 7" in _inspection(Language.VI, left_out=left_out).verdict()
    english = _inspection(Language.EN, left_out=left_out)
    assert "3 rows would be left out of all figures: «Hộ» rows 9–10" in english.verdict()
    assert "A required column is missing or its header was changed: «Mã hộ». " in english.lines()[-1].what
    for language, word in ((Language.VI, "được nhận"), (Language.EN, "accepted")):
        assert word not in _inspection(language, "rejected").verdict()


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_a_stopped_inspection_leaves_no_workbook_behind(
    home: Home, tmp_path: Path, stop: signal.Signals, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    monkeypatch.setenv("POVERTY_HOME", str(home.root))
    (tmp_path / "tmp").mkdir()
    path = tmp_path / "good.xlsx"
    path.write_bytes(workbook_bytes(FORM))
    running = subprocess.Popen(
        [str(POVERTY), "inspect", str(path)],
        env=os.environ | {"POVERTY_HOME": str(home.root)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        # Tests that a script runs in the background ignore SIGINT, and so would what they start.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    until = time.monotonic() + 60
    while not (copies := list(tmp_path.glob("cache/*/inspect/*/landing/*.xlsx"))) and time.monotonic() < until:
        time.sleep(0.02)
    assert copies, "the inspection did not begin"
    assert copies[0].parents[1].stat().st_mode & 0o077 == 0
    running.send_signal(stop)
    running.wait(60)
    if stop == signal.SIGKILL:
        poverty(home, "status")
    assert list(tmp_path.glob("cache/*/inspect/*")) == []
    assert not list((tmp_path / "tmp").rglob("*.xlsx"))
