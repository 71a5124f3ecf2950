"""No personal value gets out: canaries planted in every kind of cell, the product run as its users do, runs that fail
too, and every file searched afterwards."""

import base64
import gzip
import json
import os
import shutil
import subprocess
import sys
import unicodedata
import zipfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import duckdb
import pytest
from openpyxl import load_workbook

from base.home import Home
from base.product import PACKAGE_NAMES
from base.reference import REFERENCE_VARIABLE
from publication.publish import publish_build
from publication.release import NotPublishedError
from tests.support.canaries import NAMES, NUMBERS, Leak, Search, search_home, unmarked, ways
from tests.support.homes import REPOSITORY, poverty
from tests.support.real_run import DECIDED, PRINTED, REFERENCE, of_its_reference, real_run
from tests.support.warehouse import leave_what_publication_asks, no_reports

pytestmark = pytest.mark.build

_CODE = [*PACKAGE_NAMES, "dbt", "reference"]
# A model and a test that a developer got wrong, in the way that makes the database quote a cell.
_BROKEN_MODEL = "select cast(head_name as integer) as number from {{ ref('stg_household') }}\n"
_BROKEN_TEST = "select full_name, citizen_id from {{ ref('stg_member') }} where full_name is not null\n"


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the program, whose dbt folder the tests may spoil and search."""
    folder = tmp_path_factory.mktemp("program")
    leave = shutil.ignore_patterns("target", "logs", "__pycache__")
    for name in _CODE:
        shutil.copytree(REPOSITORY / name, folder / name, ignore=leave)
    return folder


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """A copy of the home with the canaries after a run, with all that the run left; commands know its reference."""
    ran = real_run()
    copy = shutil.copytree(ran.root, tmp_path_factory.mktemp("canaries") / "home", symlinks=True)
    with of_its_reference(ran):
        yield Home(copy)


class Runs:
    """Calls of the program and all that they printed."""

    def __init__(self, program: Path, home: Home) -> None:
        self.program, self.home, self.printed = program, home, (home.root / PRINTED).read_bytes()

    def __call__(self, *arguments: str, code: str | None = None) -> int:
        """Run the command line, or a line of Python, in the copy of the program."""
        command = "import sys; sys.argv[0] = 'poverty'; from poverty_cli.main import main; main()"
        done = subprocess.run(
            [sys.executable, "-c", code or command, *arguments],
            cwd=self.program,
            env={
                **os.environ,
                "POVERTY_HOME": str(self.home.root),
                "PYTHONPATH": str(self.program),
            },
            capture_output=True,
            check=False,
        )
        self.printed += done.stdout + done.stderr
        return done.returncode

    def of_the_checkout(self, *arguments: str, expect: int = 0) -> None:
        """Run the command line as it is, without another import of everything."""
        done = poverty(self.home, *arguments, expect=expect)
        self.printed += (done.stdout + done.stderr).encode()


@pytest.fixture(scope="module")
def runs(program: Path, home: Home) -> Runs:
    return Runs(program, home)


def leaks(runs: Runs) -> tuple[set[Leak], int]:
    search = Search()
    found = search_home(runs.home, search, runs.printed) | set(search.in_folder(runs.program / "dbt"))
    return found, search.searched


def test_a_whole_run_with_decisions_lets_nothing_out(runs: Runs, home: Home) -> None:
    runs.of_the_checkout("status")
    runs.of_the_checkout("publish", "--public")
    runs.of_the_checkout("feedback", "--year", "2023")
    runs.of_the_checkout("forms", "--year", "2023", "--with-household-lists")
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
        waivers = connection.execute("select status, problem from quality.waiver").fetchall()
    assert [state for (state,) in states] == ["applied"] + ["refused"] * (len(states) - 1)
    assert {status for status, _ in waivers} == {"invalid"}
    assert len(states) + len(waivers) + 1 == int((home.root / DECIDED).read_text())
    assert "mã hộ" in " ".join(problem for _, problem in waivers)
    found, searched = leaks(runs)
    assert found == set()
    assert searched > 300


def spoiled(home: Home, root: Path) -> Home:
    """A copy of a home whose build has a person's name in a public table."""
    copy = Home(shutil.copytree(home.root, root, symlinks=True))
    with duckdb.connect(str(copy.build_file)) as connection:
        connection.execute("update quality.finding set message = message || ' ' || ?", [NAMES["valid_head"]])
    return copy


def leaks_but_in_the_build(home: Home, said: bytes) -> set[Leak]:
    """Leaks of a home outside its build file and its release, which was searched before."""
    found = search_home(home, Search(), said, without=(home.current.resolve(),))
    return {leak for leak in found if "build.duckdb" not in leak.place}


def test_a_personal_value_in_a_public_table_stops_the_release(home: Home, tmp_path: Path) -> None:
    copy = spoiled(home, tmp_path / "home")
    leave_what_publication_asks(copy)
    released = copy.current.resolve()
    with pytest.raises(NotPublishedError, match=r"quality\.finding\.message") as refused:
        publish_build(copy, "spoiled", no_reports)
    assert copy.current.resolve() == released
    assert leaks_but_in_the_build(copy, str(refused.value).encode()) == set()


@pytest.mark.long
def test_the_command_that_stops_at_a_personal_value_says_where_it_is(program: Path, home: Home, tmp_path: Path) -> None:
    runs = Runs(program, spoiled(home, tmp_path / "home"))
    released = runs.home.current.resolve()
    runs.of_the_checkout("publish", expect=1)
    assert b"quality.finding.message" in runs.printed
    assert runs.home.current.resolve() == released
    assert leaks_but_in_the_build(runs.home, runs.printed) == set()


def test_hostile_text_is_text_wherever_it_comes_out(runs: Runs, home: Home) -> None:
    assert b"\x1b" not in runs.printed
    assert not any(mark.encode() in runs.printed for mark in "\u202e\u2066\u200f\x07")
    workbooks = [path for folder in ("reports", "private") for path in (home.root / folder).rglob("*.xlsx")]
    named = 0
    for path in workbooks:
        book = load_workbook(path)
        for cell in (cell for page in book for row in page.iter_rows() for cell in row):
            if isinstance(cell.value, str) and NAMES["hostile"] in cell.value:
                named += 1
                assert cell.data_type == "s", (path, cell.coordinate)
    assert named > 0, "the household lists hold the names, or nothing was tested"
    for page in home.current.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        assert "<img src=x" not in text
        assert "alert(" not in text


@pytest.mark.long
def test_a_crash_of_a_step_or_a_command_fails(runs: Runs, program: Path) -> None:
    publish = program / "publication" / "publish.py"
    text = publish.read_text(encoding="utf-8")
    publish.write_text(
        text.replace(
            "    build = read_build_state(home)", f'    raise ValueError("{NAMES["model"]} {NUMBERS["valid_id"]}")', 1
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
    summary.write_text(text, encoding="utf-8")  # the next test searches what this one left


@pytest.mark.long
def test_runs_that_fail_let_nothing_out(runs: Runs, program: Path, home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    released = home.current.resolve()
    (program / "dbt" / "models" / "staging" / "stg_broken.sql").write_text(_BROKEN_MODEL, encoding="utf-8")
    (program / "dbt" / "tests" / "broken_test.sql").write_text(_BROKEN_TEST, encoding="utf-8")
    monkeypatch.setenv(REFERENCE_VARIABLE, str(home.root / REFERENCE))
    catalogue = home.root / REFERENCE / "checks" / "check_catalogue.csv"
    text = catalogue.read_text(encoding="utf-8")
    known = next(line for line in text.splitlines() if line.startswith("corrections_end_in"))
    catalogue.write_text(f"{text}broken_test,{known.partition(',')[2]}\n", encoding="utf-8")
    said = len(runs.printed)
    assert runs("build") == 1
    failed = [line for line in runs.printed[said:].decode().splitlines() if line.startswith("warehouse failed: ")]
    assert len(failed) == 1, runs.printed[said:].decode()[-3000:]
    assert "stg_broken" in failed[0]
    assert "broken_test" in failed[0]
    # Last, for no household is left after it.
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


def test_private_folders_are_their_owners_only(runs: Runs, home: Home) -> None:
    for folder in home.private:
        assert folder.stat().st_mode & 0o077 == 0, folder
        assert [path for path in folder.rglob("*") if path.lstat().st_mode & 0o077 and not path.is_symlink()] == []
    published = [path for path in home.published.rglob("*") if not path.is_symlink()]
    assert [path for path in published if path.stat().st_mode & 0o007] == []
    assert [path for path in home.current.resolve().rglob("*") if not path.stat().st_mode & 0o040] == []


def test_the_search_finds_every_spelling(tmp_path: Path) -> None:
    name, number = NAMES["valid_head"], NUMBERS["valid_id"]
    written = {
        "plain": name.encode(),
        "nfd": unicodedata.normalize("NFD", name).encode(),
        "json": json.dumps(name).encode(),
        "percent": quote(name).encode(),
        "utf-16": name.encode("utf-16"),
        "upper": name.upper().encode(),
        "without marks": unmarked(name).encode(),
        "html": "".join(f"&#{ord(c)};" if ord(c) > 127 else c for c in name).encode(),
        "base64": b"data:;base64," + base64.b64encode(b"x" + name.encode()),
        "hex": name.encode().hex().encode(),
        "gzip": gzip.compress(gzip.compress(name.encode())),
    }
    digits = {key: way.encode() for key, way in ways(number).items() if key not in ("arabic", "spoken")}
    written |= {f"digits {key}": content for key, content in digits.items()}
    for place, content in written.items():
        (tmp_path / place).write_bytes(content)
    with duckdb.connect(str(tmp_path / "t.duckdb")) as connection:
        connection.execute("create schema marts; create table marts.t (a varchar)")
        connection.execute("insert into marts.t select ? from range(10000)", [name])
        connection.execute(f"copy marts.t to '{tmp_path / 't.parquet'}' (format parquet, compression zstd)")
    with zipfile.ZipFile(tmp_path / "inner.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("book.xlsx", (tmp_path / "plain").read_bytes())
    wanted = ("name valid_head", "number valid_id")
    found = {leak.place for leak in Search().in_folder(tmp_path) if leak.canary in wanted}
    assert {str(tmp_path / place) for place in written if place != "gzip"} <= found
    assert f"{tmp_path / 'gzip'}!!" in found
    assert f"{tmp_path / 'inner.zip'}!book.xlsx" in found
    assert f"{tmp_path / 't.parquet'}.a" in found
    assert f"{tmp_path / 't.duckdb'}:marts.t.a" in found
