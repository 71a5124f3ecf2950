"""Making again only what changed gives the tables that making everything gives, whatever came and was decided."""

import json
import random
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest
from openpyxl import load_workbook

from base.home import Home
from base.sql import differing_rows
from ingestion.decisions import CORRECTION_COLUMNS, WAIVER_COLUMNS
from ingestion.ingest import ingest
from ingestion.withdrawal import withdraw
from publication import build_state
from publication.inputs import inputs_of
from tests.support.decided import DAYS, cell, decide, rows, waiver
from tests.support.homes import CLEAN_LANDING, copy_of, target_of
from tests.support.statements import built_home, make_tables
from tests.support.warehouse import build_file, dbt

pytestmark = pytest.mark.build

DAY = DAYS[0].date()
_BELOW_HEADERS = 12
# The tables that keep rows, and what they are made from; the others are made again each time.
KEPT = [f"+config.meta.kept_by:{part}" for part in ("source_file_id", "survey_year")]
Step = Callable[[Home, random.Random], None]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A copy of the tables of the micro pack, with the notes of what each part was made from."""
    return copy_of(built_home(), tmp_path / "home")


def send_another_commune(home: Home, chance: random.Random) -> None:
    """A commune and year that were not there."""
    sent = sorted(CLEAN_LANDING.rglob("*.xlsx"))
    new = [path for path in sent if not (home.landing / path.relative_to(CLEAN_LANDING)).exists()]
    path = chance.choice(new)
    target = home.landing / path.relative_to(CLEAN_LANDING)
    target.parent.mkdir(exist_ok=True)
    shutil.copyfile(path, target)


def send_again(home: Home, chance: random.Random) -> None:
    """A later submission of a file, with cells of two rows exchanged and a name spelt as nobody spelt it before."""
    _send_again(chance.choice(sorted(home.landing.rglob("*.xlsx"))), chance)


def _send_again(path: Path, chance: random.Random) -> None:
    book = load_workbook(path)
    cover, households, members = book.worksheets[:3]
    (number,) = (row[1] for row in cover.iter_rows() if row[0].value == "Lần gửi")
    number.value = int(number.value) + chance.randint(2, 90)
    for sheet in (households, members):
        for _ in range(6):
            column = chance.randint(2, sheet.max_column)
            one, other = (sheet.cell(chance.randint(_BELOW_HEADERS, sheet.max_row - 1), column) for _ in range(2))
            one.value, other.value = other.value, one.value
    name = members.cell(chance.randint(_BELOW_HEADERS, members.max_row - 1), 3)
    name.value = f"{name.value} Mới"
    book.save(path.with_name(f"{path.stem}-{chance.randint(0, 10**9)}.xlsx"))


def correct_a_cell(home: Home, chance: random.Random) -> None:
    """A head's birth, or a class that turns a household's movements."""
    condition = f"row_number % {chance.randint(2, 9)} = 0"
    classes = cell(home, "household", "recorded_class", condition)
    birth = cell(home, "household", "head_birth", f"head_birth is not null and {condition}")
    lines = [classes | {"new_value": "Hộ cận nghèo"}, birth | {"new_value": str(chance.randint(1930, 2000))}]
    decide(home, "corrections.csv", CORRECTION_COLUMNS, lines[: chance.randint(1, 2)])


def waive_a_check(home: Home, chance: random.Random) -> None:
    """A finding that is answered otherwise."""
    commune = chance.choice(["28777", "29161", "29158"])
    decide(
        home, "waivers.csv", WAIVER_COLUMNS, [waiver(survey_year=2025, commune_code=commune, expires_on="2031-05-05")]
    )


def withdraw_a_file(home: Home, chance: random.Random) -> None:
    """A file that counted and counts no more: an earlier submission takes its place, or nothing."""
    counted = rows(
        build_file(home), "select source_file_id from quality.source_file where status = 'accepted' order by all"
    )
    withdraw(home, chance.choice(counted)[0], "gửi nhầm", "Chi cục")


STEPS: list[Step] = [send_another_commune, send_again, correct_a_cell, waive_a_check, withdraw_a_file]
# What happens before each build of one home: a file goes in force and out again, and what was decided meanwhile stays.
HISTORY: list[list[Step]] = [[send_another_commune, send_again], [correct_a_cell, waive_a_check], [withdraw_a_file]]


def test_each_build_of_a_history_gives_the_tables_of_a_whole_build(home: Home) -> None:
    chance = random.Random("history")
    for steps in HISTORY:
        assert differing_tables(*follow(home, [steps], chance)) == [], steps


@pytest.mark.long
@pytest.mark.parametrize("seed", range(40))
def test_random_sequences_end_in_the_tables_of_a_whole_build(home: Home, seed: int) -> None:
    chance = random.Random(seed)
    assert differing_tables(*follow(home, [[step] for step in chance.choices(STEPS, k=5)], chance)) == []


def follow(home: Home, rounds: list[list[Step]], chance: random.Random) -> tuple[Path, Path]:
    """Make after each round what it changed, as a run does, and at the end everything of a copy: both build files."""
    for number, steps in enumerate(rounds, start=1):
        for step in steps:
            step(home, chance)
        ingest(home)
        if number == len(rounds):
            shutil.rmtree(home.root.with_name("whole"), ignore_errors=True)
            whole = copy_of(home, home.root.with_name("whole"))
            make_tables(whole, DAY)
        dbt(home, "run", "--select", *KEPT, build_date=DAY)
        results = json.loads((target_of(home) / "run_results.json").read_text("utf-8"))["results"]
        make_tables(home, DAY, but={one["unique_id"] for one in results}, noted=True)
    return build_file(home), build_file(whole)


def differing_tables(one: Path, other: Path) -> list[str]:
    """The tables of two build files whose rows are not the same; at least a hundred are compared."""
    with duckdb.connect() as connection:
        connection.execute(f"attach '{one}' as one (read_only); attach '{other}' as other (read_only)")
        tables = connection.execute(
            "select schema_name || '.' || table_name from duckdb_tables() "
            "where database_name = 'one' and schema_name <> 'kept' order by all"
        ).fetchall()
        assert len(tables) > 100
        return [
            table
            for (table,) in tables
            for rows_left in connection.execute(
                f"select count(*) from ({differing_rows(f'one.{table}', f'other.{table}')})"
            ).fetchall()
            if rows_left[0]
        ]


def test_other_code_makes_every_row_again(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    inputs = inputs_of(home)
    for code, is_kept in (("other", False), ("other", True), ("another", False)):
        monkeypatch.setattr(build_state, "inputs_of", lambda _, code=code: replace(inputs, code_hash=code))
        build_state.begin_build(home, "again", [], [], [])
        assert bool(rows(build_file(home), "select 1 from duckdb_schemas() where schema_name = 'kept'")) == is_kept
        with duckdb.connect(str(build_file(home))) as build:
            build.execute("create schema if not exists kept")


def test_only_the_files_that_came_are_typed_again(home: Home) -> None:
    """A mark that is put by hand into every row stays where no row is made again."""
    with duckdb.connect(str(build_file(home))) as build:
        build.execute(
            "update staging.stg_household set hamlet = 'mark'; update staging.stg_member set full_name = 'mark'"
        )
    sent = home.landing / "2025" / "ra-soat-2025-28777.xlsx"
    _send_again(sent, random.Random(1))
    ingest(home)
    dbt(home, "run", "--select", "path:models/staging", build_date=DAY)
    files = "select commune_code, submission_number > 1 from staging.stg_source_file join staging."
    for table, marked in (("stg_household", "hamlet"), ("stg_member", "full_name")):
        made = rows(
            build_file(home),
            f"{files}{table} using (source_file_id) where {marked} is distinct from 'mark' group by all",
        )
        # The file before it is no longer in force: that is a row of stg_source_file that changed.
        assert sorted(made) == [("28777", False), ("28777", True)]
