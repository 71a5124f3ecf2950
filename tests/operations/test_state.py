"""The state of a home for monitoring: what must be done, as codes and sentences without a personal value."""

import json
import sqlite3
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from base.build_date import BUILD_DATE_VARIABLE
from base.home import Home
from base.machine import MachineError
from ingestion.landing import LandingList, list_landing
from ingestion.published_heads import open_registry
from operations.disk_use import disk_use
from operations.run_history import last_run
from operations.state import late_years, to_do
from poverty_cli.summary import print_status
from tests.support.homes import copy_of, poverty

pytestmark = pytest.mark.build


def codes(home: Home) -> set[str]:
    return {reason.code for reason in to_do(home, open_registry(home))}


def test_an_empty_home_has_something_to_do(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    state = json.loads(poverty(home, "status", "--json", expect=1).stdout)
    assert (state["status"], state["release"], state["lastRun"], state["years"]) == ("to do", None, None, [])
    assert "nothing_published" in {reason["code"] for reason in state["toDo"]}
    poverty(home, "status", "--json", "--paths", expect=2)


def test_a_broken_registry_is_json_too(tmp_path: Path) -> None:
    home = Home(tmp_path / "home").create()
    home.registry.write_text("{}\n")
    state = json.loads(poverty(home, "status", "--json", expect=1).stdout)
    assert state["status"] == "broken"
    assert "entry 1 does not follow" in state["toDo"][0]["sentence"]


def test_the_state_of_a_published_home_names_no_file(micro_home: Home) -> None:
    said = poverty(micro_home, "status", "--json", expect=1).stdout
    state = json.loads(said)
    assert "Canary" not in said
    assert ".xlsx" not in said
    assert {reason["code"] for reason in state["toDo"]} >= {"correction_not_counted", "files_rejected"}
    assert state["release"]["maturity"] == "provisional"
    assert (state["lastRun"]["job"], state["lastRun"]["isFailed"]) == ("publication", False)
    year = next(year for year in state["years"] if year["surveyYear"] == 2024)
    assert year["communesReceived"] == 2
    assert len(year["communesMissing"]) == year["communesExpected"] - 2
    assert set(state["diskUse"]) >= {"archive", "published", "raw", "warehouse"}


def test_the_status_looks_through_landing_once(micro_home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[Path] = []

    def counted(landing: Path) -> LandingList:
        looked.append(landing)
        return list_landing(landing)

    monkeypatch.setattr("ingestion.ingest.list_landing", counted)
    print_status(Console(file=StringIO()), micro_home)
    assert looked == [micro_home.landing]


def test_a_year_is_late_after_its_date(micro_home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    for day, late in (("2025-01-15", []), ("2025-01-16", [2024]), ("2026-06-01", [2024, 2025])):
        monkeypatch.setenv(BUILD_DATE_VARIABLE, day)
        assert late_years(micro_home) == late
    monkeypatch.setenv("POVERTY_FINAL_BY", "06-01")
    assert late_years(micro_home) == [2024]
    for wrong in ("15 January", "13-01", "1-1"):
        monkeypatch.setenv("POVERTY_FINAL_BY", wrong)
        with pytest.raises(MachineError, match="POVERTY_FINAL_BY must be a month and a day"):
            late_years(micro_home)


def test_what_is_lost_or_new_is_to_do(micro_home: Home, tmp_path: Path) -> None:
    home = copy_of(micro_home, tmp_path / "home", with_build=False)
    before = codes(home)
    assert not before & {"files_not_read", "raw_lost", "release_out_of_date"}
    (home.decisions / "waivers.csv").write_text("check_code\n")
    assert "release_out_of_date" in codes(home)
    for path in home.raw.rglob("household/*.parquet"):
        path.unlink()
    (home.landing / "new.xlsx").write_bytes(b"x")
    assert codes(home) - before == {"raw_lost", "files_not_read"}


def test_the_last_run_is_that_which_ended_last(tmp_path: Path) -> None:
    home = Home(tmp_path / "home?").create()
    assert last_run(home) is None
    history = home.dagster / "history"
    history.mkdir()
    with sqlite3.connect(history / "runs.db") as runs:
        runs.execute("create table runs (pipeline_name text, status text, end_time real)")
        runs.executemany(
            "insert into runs values (?, ?, ?)",
            [("build", "SUCCESS", 10.0), ("everything", "FAILURE", 20.0), ("ingestion", "STARTED", None)],
        )
    run = last_run(home)
    assert run is not None
    assert (run.job, run.is_failed, run.ended_at) == ("everything", True, "1970-01-01T00:00:20+00:00")
    assert "run_failed" in codes(home)


def test_disk_use_counts_each_folder_once_and_no_link(tmp_path: Path) -> None:
    home = Home(tmp_path / "home").create()
    (home.archive / "ab").mkdir()
    (home.archive / "ab" / "file").write_bytes(bytes(100_000))
    home.current.symlink_to(home.archive)
    sizes = disk_use(home)
    assert sizes["archive"] >= 100_000
    assert sizes["published"] == 0
    assert next(iter(sizes)) == "archive"
