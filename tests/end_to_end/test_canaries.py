"""No personal value gets out: canaries planted in every kind of cell, the product run as its users do, runs that fail
too, and every file searched afterwards."""

import csv
import os
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from base.home import Home
from base.product import PACKAGE_NAMES
from ingestion.decisions import CORRECTION_COLUMNS, WAIVER_COLUMNS
from tests.support.canaries import BIRTH_DAYS, NAMES, NUMBERS, Leak, Search, plant
from tests.support.homes import REPOSITORY

pytestmark = pytest.mark.build

_CODE = [*PACKAGE_NAMES, "dbt", "reference"]
# A model and a test that a developer got wrong, in the way that makes the database quote a cell.
_BROKEN_MODEL = "select cast(head_name as integer) as number from {{ ref('stg_household') }}\n"
_BROKEN_TEST = "select head_name, head_citizen_id from {{ ref('stg_household') }} where head_name is not null\n"


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the program, whose dbt folder the tests may spoil and search."""
    folder = tmp_path_factory.mktemp("program")
    leave = shutil.ignore_patterns("target", "logs", "__pycache__")
    for name in _CODE:
        shutil.copytree(REPOSITORY / name, folder / name, ignore=leave)
    return folder


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    home = Home(tmp_path_factory.mktemp("canaries") / "home")
    plant(home.landing)
    return home


class Runs:
    """Calls of the program and all that they printed."""

    def __init__(self, program: Path, home: Home) -> None:
        self.program, self.home, self.printed = program, home, b""

    def __call__(self, *arguments: str, code: str | None = None) -> int:
        """Run the command line, or a line of Python, in the copy of the program."""
        command = "import sys; sys.argv[0] = 'poverty'; from poverty_cli.main import main; main()"
        done = subprocess.run(
            [sys.executable, "-c", code or command, *arguments],
            cwd=self.program,
            env={
                **os.environ,
                "POVERTY_HOME": str(self.home.root),
                "COLUMNS": "160",
                "PYTHONPATH": str(self.program),
            },
            capture_output=True,
            check=False,
        )
        self.printed += done.stdout + done.stderr
        return done.returncode


@pytest.fixture(scope="module")
def runs(program: Path, home: Home) -> Runs:
    return Runs(program, home)


def leaks(runs: Runs) -> tuple[set[Leak], int]:
    home, search = runs.home, Search()
    private = (home.archive, home.raw, home.landing, home.secrets, home.decisions, home.root / "private")
    found = set(search.in_bytes(runs.printed, "what was printed"))
    found |= set(search.in_folder(home.root, without=private, build=home.build_file))
    found |= set(search.in_folder(runs.program / "dbt"))
    return found, search.searched


def test_a_name_in_a_reason_stops_the_release_and_gets_no_further(runs: Runs, home: Home) -> None:
    assert runs("ingest") == 0, runs.printed.decode()[-3000:]
    _correct(home)
    _waive(home, f"hộ {NAMES['valid_head']} đã giải trình")
    assert runs("run") == 1
    assert b"quality.waiver.reason" in runs.printed
    assert b"decisions/" in runs.printed
    assert not home.current.exists()
    found, _ = leaks(runs)
    assert {leak for leak in found if "build.duckdb" not in leak.place} == set()


def test_a_whole_run_with_decisions_lets_nothing_out(runs: Runs, home: Home) -> None:
    _waive(home, "đã giải trình")
    assert runs("run") == 0, runs.printed.decode()[-3000:]
    assert runs("status") == 0
    assert runs("publish", "--public") == 0
    runs("inspect", str(min(home.landing.rglob("*.xlsx"))))
    with duckdb.connect(str(home.build_file), read_only=True) as connection:
        (planted,) = connection.execute(
            "select count(*) from staging.stg_household where head_name = ?", [NAMES["valid_head"]]
        ).fetchall()[0]
        raw = connection.execute(
            f"select count(*) from '{home.raw}/household/*.parquet' where b1_score = ?", [NAMES["wrong_type"]]
        ).fetchall()
        quarantined = connection.execute(
            "select count(distinct check_code) from quality.finding where source_file_id is not null"
        ).fetchall()
    assert planted > 0
    assert raw[0][0] > 0
    assert quarantined[0][0] > 8
    with duckdb.connect(str(home.current / "poverty.duckdb"), read_only=True) as connection:
        states = connection.execute("select status from quality.correction order by line_number").fetchall()
        invalid = connection.execute("select count(*) from quality.waiver where status = 'invalid'").fetchall()
    assert [state for (state,) in states] == ["applied", "refused", "refused", "refused", "refused"]
    assert invalid == [(2,)]
    found, searched = leaks(runs)
    assert found == set()
    assert searched > 300


def test_a_personal_value_in_a_public_table_stops_the_release(program: Path, home: Home, tmp_path: Path) -> None:
    shutil.copytree(home.root, tmp_path / "home", symlinks=True)
    spoiled = Runs(program, Home(tmp_path / "home"))
    released = spoiled.home.current.resolve()
    with duckdb.connect(str(spoiled.home.build_file)) as connection:
        connection.execute("update quality.finding set message = message || ' ' || ?", [NAMES["valid_head"]])
    assert spoiled("publish") == 1
    assert b"quality.finding.message" in spoiled.printed
    assert spoiled.home.current.resolve() == released
    found, _ = leaks(spoiled)
    assert {leak for leak in found if "build.duckdb" not in leak.place} == set()


def _correct(home: Home) -> None:
    """One correction that can be applied, and four that cannot, with canaries in every column."""
    with duckdb.connect() as connection:
        ((file, sheet, row),) = connection.execute(
            f"select source_file_id, sheet, row_number from '{home.raw}/household/*.parquet' where head_citizen_id = ? "
            "and source_file_id in (select source_file_id from "
            f"'{home.raw}/source_file.parquet' where survey_year = 2022) limit 1",
            [NUMBERS["valid_id"]],
        ).fetchall()
    decided = ["Chi cục", "2026-01-15"]
    place = [file, sheet, row]
    corrections = [
        [*place, "head_citizen_id", NUMBERS["valid_id"], NUMBERS["wrong_id"], "đối chiếu phiếu", *decided],
        [*place, "head_name", NAMES["valid_head"], NAMES["valid_member"], f"gọi {NUMBERS['telephone']}", *decided],
        [*place, "head_birth", BIRTH_DAYS["head"][0], "1952", f"sinh {BIRTH_DAYS['head'][0]}", *decided],
        [*place, NAMES["header"], NAMES["valid_head"], NAMES["valid_member"], "đối chiếu phiếu", *decided],
        [NAMES["file"], NAMES["sheet"], NUMBERS["valid_id"], "hamlet", "", "", "đối chiếu phiếu", *decided],
    ]
    _decide(home, "corrections.csv", CORRECTION_COLUMNS, corrections)


def _waive(home: Home, reason: str) -> None:
    """Two waivers that are invalid for the canaries in them, and one with this reason."""
    decided = ["Chi cục", "2026-01-15", "2099-12-31"]
    waivers = [
        ["b2_not_ten_times_marks", "", "29161", "", "", "", "", f"số {NUMBERS['old_id']}", *decided],
        [NAMES["rejected"], "", NUMBERS["valid_id"], NAMES["file"], NAMES["sheet"], "", NAMES["header"], "nhầm",
         *decided],
        ["b2_not_ten_times_marks", "", "29161", "", "", "", "", reason, *decided],
    ]  # fmt: skip
    _decide(home, "waivers.csv", WAIVER_COLUMNS, waivers)


def _decide(home: Home, name: str, columns: tuple[str, ...], lines: list[list[object]]) -> None:
    with (home.decisions / name).open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file, delimiter=";").writerows([columns, *lines])


def test_runs_that_fail_let_nothing_out(runs: Runs, program: Path, home: Home) -> None:
    released = home.current.resolve()
    model = program / "dbt" / "models" / "staging" / "stg_broken.sql"
    model.write_text(_BROKEN_MODEL, encoding="utf-8")
    test = program / "dbt" / "tests" / "broken_test.sql"
    test.write_text(_BROKEN_TEST, encoding="utf-8")
    assert runs("run") == 1
    model.unlink()
    test.unlink()
    suite = program / "expectations" / "suites" / "dim_commune.yml"
    text = suite.read_text(encoding="utf-8")
    suite.write_text(text.replace("dataset:", "dataset: # spoiled\n  - ", 1), encoding="utf-8")
    assert runs("build") == 1
    suite.write_text(text, encoding="utf-8")
    reader = program / "ingestion" / "extract.py"
    text = reader.read_text(encoding="utf-8")
    broken = f'    raise KeyError("{NAMES["model"]}")\n'
    reader.write_text(text.replace('    """Read one file; None', '    """Read one file; None', 1).replace(
        "    extractions = [Extraction(", f"{broken}    extractions = [Extraction(", 1), encoding="utf-8")  # fmt: skip
    runs("ingest", "--reread")
    reader.write_text(text, encoding="utf-8")
    assert home.current.resolve() == released
    found, _ = leaks(runs)
    assert found == set()


def test_a_crash_of_a_step_or_a_command_lets_nothing_out(runs: Runs, program: Path) -> None:
    publish = program / "publication" / "publish.py"
    text = publish.read_text(encoding="utf-8")
    publish.write_text(
        text.replace(
            "    build = finished_build(home)", f'    raise ValueError("{NAMES["model"]} {NUMBERS["valid_id"]}")', 1
        ),
        encoding="utf-8",
    )
    assert runs("publish") == 1
    publish.write_text(text, encoding="utf-8")
    summary = program / "poverty_cli" / "summary.py"
    text = summary.read_text(encoding="utf-8")
    first_line = "    registry = open_registry(home)"
    assert first_line in text
    summary.write_text(
        text.replace(first_line, "    int(next((home.landing).rglob('*.xlsx')).stem)", 1), encoding="utf-8"
    )
    assert runs("status") == 1
    summary.write_text(text, encoding="utf-8")
    found, _ = leaks(runs)
    assert found == set()


def test_private_folders_are_their_owners_only(runs: Runs, home: Home) -> None:
    for folder in home.private:
        assert folder.stat().st_mode & 0o077 == 0, folder
        assert [path for path in folder.rglob("*") if path.lstat().st_mode & 0o077 and not path.is_symlink()] == []
    published = [path for path in home.published.rglob("*") if not path.is_symlink()]
    assert [path for path in published if path.stat().st_mode & 0o007] == []
    assert [path for path in home.current.resolve().rglob("*") if not path.stat().st_mode & 0o040] == []


def test_the_search_finds_every_spelling(tmp_path: Path) -> None:
    name = NAMES["valid_head"]
    import json
    import unicodedata
    from urllib.parse import quote

    written = {
        "plain": name.encode(),
        "nfd": unicodedata.normalize("NFD", name).encode(),
        "json": json.dumps(name).encode(),
        "percent": quote(name).encode(),
        "utf-16": name.encode("utf-16"),
        "upper": name.upper().encode(),
    }
    for place, content in written.items():
        (tmp_path / place).write_bytes(content)
    with duckdb.connect(str(tmp_path / "t.duckdb")) as connection:
        connection.execute("create schema marts; create table marts.t (a varchar)")
        connection.execute("insert into marts.t select ? from range(10000)", [name])
        connection.execute(f"copy marts.t to '{tmp_path / 't.parquet'}' (format parquet, compression zstd)")
    found = {leak.place for leak in Search().in_folder(tmp_path) if leak.canary == "name valid_head"}
    assert {str(tmp_path / place) for place in written} <= found
    assert f"{tmp_path / 't.parquet'}.a" in found
    assert f"{tmp_path / 't.duckdb'}:marts.t.a" in found
