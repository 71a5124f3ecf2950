"""docs/adding-a-survey-year.md, followed: an indicator, a need, a standard, a form and a survey year by rows alone.

The product lies as a wheel installs it and nobody writes into it: the rows are in a reference of their own.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from base.forms import load_forms
from base.home import Home
from base.product import PACKAGE_NAMES
from base.reference import REFERENCE_VARIABLE, read_table
from tests.support.homes import REPOSITORY
from tests.support.reference import Rows, add, edit
from tests.support.workbooks import household, member, workbook_bytes

pytestmark = pytest.mark.build

FORM, YEAR, STANDARD = "F2031", "2031", "ND-2031"
COMMUNE = "29158"


def follow_the_guide(reference: Path) -> None:
    """The rows of the guide, in its order; F2031 is F2027 with two more columns."""
    national, forms = reference / "national", reference / "forms"
    add(national / "survey_years.csv", {"survey_year": YEAR, "cutoff_date": f"{YEAR}-12-14"})
    add(
        national / "indicators.csv",
        {
            "indicator_code": "internet",
            "name_vi": "Truy cập mạng",
            "name_en": "Internet access",
            "deprived_when": "No member can use the internet at home",
            "responsible_agency_2021": "Sở Thông tin và Truyền thông",
            "evidence": "made up",
        },
    )
    add(national / "needs.csv", {"need_code": "tools", "name_vi": "Công cụ lao động", "name_en": "Tools"})
    mark = {"role": "household", "kind": "mark", "personal": "sensitive"}
    add(forms / "fields.csv", {**mark, "field": "is_deprived_internet"}, {**mark, "field": "need_tools"})

    def with_form(rows: Rows) -> Rows:
        return [*rows, *({**row, "form": FORM} for row in rows if row["form"] == "F2027")]

    for name in ("forms.csv", "form_columns.csv", "form_codes.csv"):
        edit(forms / name, with_form)
    years = {"form_code": f"BT-RS/{YEAR}", "first_survey_year": YEAR, "last_survey_year": YEAR}
    edit(forms / "forms.csv", lambda rows: [row | (years if row["form"] == FORM else {}) for row in rows])
    column = {"form": FORM, "role": "household", "type": "mark", "required": "no"}
    add(
        forms / "form_columns.csv",
        {**column, "position": "101", "header": "Mạng", "field": "is_deprived_internet"},
        {**column, "position": "102", "header": "Cần công cụ", "field": "need_tools"},
    )

    def with_standard(rows: Rows) -> Rows:
        last = rows[-1]["standard_code"]
        return [*rows, *({**row, "standard_code": STANDARD} for row in rows if row["standard_code"] == last)]

    edit(national / "poverty_standards.csv", with_standard)
    years = {"first_survey_year": YEAR, "last_survey_year": YEAR}
    edit(
        national / "poverty_standards.csv",
        lambda rows: [row | (years if row["standard_code"] == STANDARD else {}) for row in rows],
    )
    edit(national / "standard_indicators.csv", with_standard)
    add(
        national / "standard_indicators.csv",
        {
            "standard_code": STANDARD,
            "position": "13",
            "indicator_code": "internet",
            "dimension_code": "information",
            "evidence": "made up",
        },
    )
    weights = {"equal_weight": "1/13", "nested_weight": "1/13"}
    edit(
        national / "standard_indicators.csv",
        lambda rows: [row | (weights if row["standard_code"] == STANDARD else {}) for row in rows],
    )


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The product as a wheel installs it, read-only."""
    folder = tmp_path_factory.mktemp("program")
    leave = shutil.ignore_patterns("target", "logs", "generated", "__pycache__")
    for name in PACKAGE_NAMES:
        shutil.copytree(REPOSITORY / name, folder / name, ignore=leave)
    for name in ("dbt", "reference"):
        shutil.copytree(REPOSITORY / name, folder / "base" / "data" / name, ignore=leave)
    for path in (folder, *folder.rglob("*")):
        path.chmod(path.stat().st_mode & ~0o222)
    return folder


def content(folder: Path) -> dict[Path, bytes | None]:
    """Every file of a folder, and its folders."""
    return {path: path.read_bytes() if path.is_file() else None for path in folder.rglob("*")}


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory, program: Path) -> Path:
    """The database of a home with one workbook of 2031, published with more rows in the reference."""
    folder = tmp_path_factory.mktemp("by_rows")
    reference, home = folder / "reference", Home(folder / "home").create()
    shutil.copytree(REPOSITORY / "reference", reference)
    follow_the_guide(reference)
    with pytest.MonkeyPatch.context() as changed:
        changed.setenv(REFERENCE_VARIABLE, str(reference))
        assert "internet" in {row["indicator_code"] for row in read_table("indicators")}
        form = load_forms()[FORM]
    cover = {"commune_code": COMMUNE, "survey_year": int(YEAR), "cutoff_date": f"14/12/{YEAR}"}
    rows = [
        household(form, f"{COMMUNE}-0001", is_deprived_internet="x", need_tools="x"),
        household(form, f"{COMMUNE}-0002", row_number=2),
    ]
    members = [member(form, f"{COMMUNE}-000{number}") for number in (1, 2)]
    workbook = workbook_bytes(form, cover_values=cover, households=rows, members=members)
    (home.landing / "one.xlsx").write_bytes(workbook)
    before = content(program)
    done = subprocess.run(
        [sys.executable, "-c", "import sys; sys.argv[0] = 'poverty'; from poverty_cli.main import main; main()", "run"],
        cwd=folder,
        env={
            **os.environ,
            "POVERTY_HOME": str(home.root),
            REFERENCE_VARIABLE: str(reference),
            "XDG_CACHE_HOME": str(folder / "cache"),
            "PYTHONPATH": str(program),
            "PYTHONDONTWRITEBYTECODE": "1",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    assert content(program) == before, "the run wrote into the package"
    assert "make dev" not in done.stdout
    return home.current / "poverty.duckdb"


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("select standard_code, position from marts.dim_indicator where indicator_code = 'internet'", [(STANDARD, 13)]),
        ("select standard_code, is_deprived_internet, need_tools from marts.fct_household_year order by source_row",
         [(STANDARD, True, True), (STANDARD, False, False)]),
        ("select survey_year, poor_households from marts.area_year where area_code = '29158' "
         "and boundary = 'harmonised'",
         [(2031, 2)]),
        ("select deprived_households from marts.indicator_area_year where area_code = '29158' "
         "and indicator_code = 'internet' and boundary = 'harmonised' and poverty_class = 'poor'", [(1,)]),
        ("select households from marts.need_area_year where area_code = '29158' and need_code = 'tools' "
         "and boundary = 'harmonised'", [(1,)]),
    ],
)  # fmt: skip
def test_what_was_added_by_rows_is_published(published: Path, query: str, expected: list[tuple[object, ...]]) -> None:
    with duckdb.connect(str(published), read_only=True) as connection:
        assert connection.execute(query).fetchall() == expected
