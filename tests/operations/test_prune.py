"""Pruning: what is old goes when it was agreed to, and nothing that cannot be made again."""

import os
import sqlite3
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from base.home import Home
from base.machine import MachineError
from operations.prune import prunable, prune
from tests.support.homes import poverty

_DAY = 86_400
KEPT_FOREVER = (
    "archive/registry.jsonl",
    "archive/ab/old.xlsx",
    "decisions/links.csv",
    "secrets/key",
    "landing/old.xlsx",
)


def no_runs(home: Home, runs: Sequence[str]) -> None:
    assert not runs


def age(path: Path, days: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    os.utime(path, (time.time() - days * _DAY,) * 2)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home in which everything is a thousand days old, with twelve releases, the first of them current."""
    home = Home(tmp_path / "home").create()
    names = [f"202601{day:02d}T000000000000Z" for day in range(1, 13)]
    for name in names:
        age(home.published / "releases" / name / "poverty.duckdb", 1000)
    home.current.symlink_to(f"releases/{names[0]}")
    for name in (
        *KEPT_FOREVER,
        "logs/build.log",
        "warehouse/build.duckdb",
        "warehouse/build_state.json",
        "raw/a.parquet",
    ):
        age(home.root / name, 1000)
    age(home.published / "open_data" / names[0] / "data.csv", 1000)
    age(home.logs / "everything.log", 10)
    return home


def files(home: Home) -> set[str]:
    return {path.relative_to(home.root).as_posix() for path in home.root.rglob("*") if path.is_file()}


def test_what_is_old_goes_and_nothing_that_must_stay(home: Home) -> None:
    before = files(home)
    named = prunable(home)
    assert files(home) == before
    assert [item.what for item in prune(home, no_runs)] == [item.what for item in named]
    assert before - files(home) == {
        "published/releases/20260102T000000000000Z/poverty.duckdb",
        "logs/build.log",
        "warehouse/build.duckdb",
        "warehouse/build_state.json",
    }
    assert home.current.exists()
    assert prunable(home) == []


def test_settings_say_how_much_stays(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("BUILD_DAYS", "LOGS_DAYS", "RUNS_DAYS", "RELEASES"):
        monkeypatch.setenv(f"POVERTY_KEEP_{name}", "2000")
    assert prunable(home) == []
    monkeypatch.setenv("POVERTY_KEEP_RELEASES", "3")
    assert len(prunable(home)) == 8
    for wrong in ("0", "ten", "-1", "10000"):
        monkeypatch.setenv("POVERTY_KEEP_RELEASES", wrong)
        with pytest.raises(MachineError, match="POVERTY_KEEP_RELEASES must be a whole number from 1 to 9999"):
            prunable(home)


def test_old_runs_go_but_the_last_of_each_job(home: Home) -> None:
    history = home.dagster / "history"
    (history / "runs").mkdir(parents=True)
    with sqlite3.connect(history / "runs.db") as runs:
        runs.execute("create table runs (run_id text, pipeline_name text, status text, end_time real)")
        old, new = time.time() - 400 * _DAY, time.time()
        runs.executemany(
            "insert into runs values (?, ?, ?, ?)",
            [
                ("a", "everything", "SUCCESS", old),
                ("b", "everything", "FAILURE", new),
                ("c", "build", "SUCCESS", old),
                ("d", "everything", "STARTED", None),
            ],
        )
    for run in "abcd":
        (history / "runs" / f"{run}.db").touch()
        (home.dagster / "storage" / run).mkdir(parents=True)
    asked: list[str] = []
    prune(home, lambda _, runs: asked.extend(runs))
    assert asked == ["a"]
    assert {path.stem for path in (history / "runs").iterdir()} == set("bcd")
    assert {path.name for path in (home.dagster / "storage").iterdir()} == set("bcd")


@pytest.mark.build
def test_the_command_deletes_only_when_asked(home: Home) -> None:
    said = poverty(home, "prune").stdout
    assert "Would delete: release 20260102T000000000000Z" in said
    assert "Nothing was deleted" in said
    assert (home.root / "logs" / "build.log").exists()
    assert "Deleted: release 20260102T000000000000Z" in poverty(home, "prune", "--yes").stdout
    assert not (home.root / "logs" / "build.log").exists()
    assert "Nothing is kept longer" in poverty(home, "prune").stdout
