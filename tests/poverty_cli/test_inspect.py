"""`poverty inspect`: a file is judged by the same rules before anyone drops it in."""

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from base.forms import load_forms
from base.home import Home
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
    assert "No problem found" in shown
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
    shown = poverty(home, "inspect", str(path), expect=1).stdout
    for code in ("class_label_unknown", "household_code_duplicate", "unreadable_number", "unreadable_date"):
        assert code in shown
    assert "Canary" not in shown


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
