"""The sample of a small territory with leading zeros, a change of level, no districts and no calibration of its own."""

import csv
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import openpyxl
import pytest

from base.check_catalogue import load_checks
from base.forms import form_of_year, load_forms
from base.home import Home
from ingestion.extract import extract
from sample.planting.planted import LEFT_OUT
from sample.submissions import first_data_row

pytestmark = pytest.mark.build

TERRITORY = Path(__file__).resolve().parents[1] / "packs" / "level-change" / "territory"
POVERTY = Path(sys.executable).parent / "poverty"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    made = Home(tmp_path_factory.mktemp("small") / "home")
    environment = {**os.environ, "POVERTY_HOME": str(made.root), "POVERTY_TERRITORY": str(TERRITORY)}
    subprocess.run([str(POVERTY), "sample"], env=environment, check=True, capture_output=True)
    return made


@pytest.fixture(scope="module")
def planted(home: Home) -> list[dict[str, str]]:
    with (home.truth / "planted.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_errors_without_a_suitable_commune_are_left_out(home: Home, planted: list[dict[str, str]]) -> None:
    left_out = [row for row in planted if row["status"] == LEFT_OUT]
    assert {row["kind"] for row in left_out} >= {"poor_rate_jumps", "unknown_column"}
    assert all(row["remark"] and row["survey_year"] and not row["file"] for row in left_out)
    assert {row["kind"] for row in planted} >= {"not_a_workbook", "unknown_commune", "member_count_not_rows"}
    assert {row["file"] for row in planted if row["file"]} <= {
        path.relative_to(home.landing).as_posix() for path in home.landing.rglob("*.xlsx")
    }


def test_the_reader_finds_what_was_planted_and_nothing_else(home: Home, planted: list[dict[str, str]]) -> None:
    # These need the territory's units, which this process does not have, or the other files of the commune.
    not_read = {"unknown_commune", "cover_place_differs", "same_submission_number"}
    wanted = Counter(
        (row["file"], row["kind"])
        for row in planted
        if row["file"] and load_checks()[row["kind"]].level == "file" and row["kind"] not in not_read
    )
    found = Counter(
        (path.relative_to(home.landing).as_posix(), finding.check_code)
        for path in home.landing.rglob("*.xlsx")
        for finding in extract(path.read_bytes(), load_forms()).findings
    )
    found = Counter({key: count for key, count in found.items() if load_checks()[key[1]].level == "file"})
    assert {key: count for key, count in found.items() if key[1] != "unknown_commune"} == wanted


@pytest.mark.parametrize(("year", "area_class"), [(2025, "rural"), (2026, "urban")])
def test_rows_have_the_class_of_the_day_and_codes_keep_their_zeros(home: Home, year: int, area_class: str) -> None:
    form = form_of_year(load_forms(), year)
    assert form is not None
    (path,) = (path for path in home.landing.glob(f"{year}/{year}_01273_*.xlsx") if "_lan-2" not in path.name)
    sheet = form.sheets["household"]
    fields = [column.field for column in sheet.columns]
    lines = openpyxl.load_workbook(path, read_only=True)[sheet.name].iter_rows(
        min_row=first_data_row(sheet), values_only=True
    )
    rows = [dict(zip(fields, line, strict=False)) for line in lines]
    rows = [row for row in rows if row["household_code"] and row["area_class"]]
    assert len(rows) > 20
    assert {form.codes["area_class"][row["area_class"]] for row in rows} == {area_class}
    assert all(row["household_code"].startswith("01273-") for row in rows)
    numbers = [row["head_citizen_id"] for row in rows if row["head_citizen_id"]]
    assert {number[:3] for number in numbers if len(number) == 12} == {"004"}
