"""`poverty inspect`: a file is judged by the same rules before anyone drops it in."""

from pathlib import Path

import pytest

from base.forms import load_forms
from base.home import Home
from tests.support.homes import poverty
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
