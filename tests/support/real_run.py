"""One run of the product as its users start it, for all tests that look at what such a run leaves.

The product lies as a wheel installs it and nobody writes into it; its reference has rows of its own (the guide
docs/adding-a-survey-year.md, followed); landing and decisions hold canaries in every kind of cell.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from base.forms import load_forms
from base.home import Home
from base.product import PACKAGE_NAMES
from base.reference import REFERENCE_VARIABLE
from base.territory import choose_territory
from dagster_project.parsed_project import parsed_folder
from ingestion.ingest import ingest
from ingestion.pseudonym_key import ensure_key
from tests.support.canaries import decide, plant
from tests.support.homes import REPOSITORY, shared_home
from tests.support.reference import Rows, add, edit
from tests.support.workbooks import household, member, workbook_bytes

FORM, YEAR, STANDARD = "F2031", "2031", "ND-2031"
COMMUNE = "29158"
# In the home: the reference with more rows, what the run printed, how many lines of decisions there are.
REFERENCE, PRINTED, DECIDED = "rows", "printed.txt", "decided.txt"


def real_run() -> Home:
    """The home after the run. Only read it."""
    return shared_home("real_run", _land, _run)


@contextmanager
def of_its_reference(home: Home) -> Iterator[None]:
    """The rows that the run is made with, for commands of the checkout."""
    with pytest.MonkeyPatch.context() as changed:
        changed.setenv(REFERENCE_VARIABLE, str(home.root / REFERENCE))
        yield


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


def _land(home: Home) -> None:
    shutil.copy(__file__, home.root)  # made again when this module changes
    reference = home.root / REFERENCE
    shutil.copytree(REPOSITORY / "reference", reference)
    follow_the_guide(reference)
    plant(home.landing)
    with of_its_reference(home):
        form = load_forms()[FORM]
    cover = {"commune_code": COMMUNE, "survey_year": int(YEAR), "cutoff_date": f"14/12/{YEAR}"}
    rows = [
        household(form, f"{COMMUNE}-0001", is_deprived_internet="x", need_tools="x"),
        household(form, f"{COMMUNE}-0002", row_number=2),
    ]
    members = [member(form, f"{COMMUNE}-000{number}") for number in (1, 2)]
    workbook = workbook_bytes(form, cover_values=cover, households=rows, members=members)
    (home.landing / "one.xlsx").write_bytes(workbook)


def _run(home: Home) -> None:
    with of_its_reference(home):
        choose_territory(home.create())
        ensure_key(home)
        ingest(home, {2022})  # what is decided names files
    (home.root / DECIDED).write_text(str(decide(home)))
    with tempfile.TemporaryDirectory(prefix="program-") as folder:
        program = _installed(Path(folder) / "program")
        before = _content(program)
        done = subprocess.run(
            [sys.executable, "-c", "import sys; sys.argv[0] = 'poverty'; from poverty_cli.main import main; main()",
             "run"],
            cwd=folder,
            env={
                **os.environ,
                "POVERTY_HOME": str(home.root),
                REFERENCE_VARIABLE: str(home.root / REFERENCE),
                "XDG_CACHE_HOME": f"{folder}/cache",
                "PYTHONPATH": str(program),
                "PYTHONDONTWRITEBYTECODE": "1",
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout.decode()[-6000:]
        assert _content(program) == before, "the run wrote into the package"
        (manifest,) = Path(folder, "cache").glob("*/*/manifest.json")
        with of_its_reference(home):  # the same project, which commands of the checkout need not parse again
            shutil.rmtree(parsed_folder(), ignore_errors=True)  # of a run before, with other code
            shutil.copytree(manifest.parent, parsed_folder(), symlinks=True)
        for path in program.rglob("*"):  # so that it can be removed
            path.chmod(0o700)
        program.chmod(0o700)
    assert b"make dev" not in done.stdout
    (home.root / PRINTED).write_bytes(done.stdout)


def _installed(folder: Path) -> Path:
    """The product as a wheel installs it, read-only."""
    leave = shutil.ignore_patterns("target", "logs", "generated")  # with the bytecode, which pip would compile
    for name in PACKAGE_NAMES:
        shutil.copytree(REPOSITORY / name, folder / name, ignore=leave)
    for name in ("dbt", "reference"):
        shutil.copytree(REPOSITORY / name, folder / "base" / "data" / name, ignore=leave)
    for path in (folder, *folder.rglob("*")):
        path.chmod(path.stat().st_mode & ~0o222)
    return folder


def _content(folder: Path) -> dict[Path, bytes | None]:
    """Every file of a folder, and its folders."""
    return {path: path.read_bytes() if path.is_file() else None for path in folder.rglob("*")}
