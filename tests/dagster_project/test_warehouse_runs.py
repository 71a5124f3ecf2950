"""Runs of the warehouse: what failed is made alone afterwards, and where nothing is new nothing is made."""

import json
import sqlite3
import subprocess
from dataclasses import replace
from pathlib import Path

import dagster as dg
import duckdb
import pytest

from base.home import HOME_VARIABLE, Home
from dagster_project.assets.release import release
from dagster_project.assets.warehouse import warehouse
from dagster_project.failures import without_values
from dagster_project.resources import HomeResource
from publication.build_state import _write, fingerprint_of, finished_build, read_build_state
from publication.check_results import dbt_results_path, load_results, save_results
from publication.inputs import inputs_of
from publication.publish import publish_build
from publication.release import NotPublishedError
from tests.support.homes import copy_of
from tests.support.processes import StartedByForking
from tests.support.warehouse import leave_what_publication_asks, no_reports, no_search

MART, CHECK = "marts.need_area_year", "contract_need_area_year"


@pytest.fixture
def home(micro_home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    home = copy_of(micro_home, tmp_path / "home")
    monkeypatch.setenv(HOME_VARIABLE, str(home.root))
    monkeypatch.setattr(subprocess, "Popen", StartedByForking)
    return home


def run(assets: list[dg.AssetKey], **tags: str) -> dg.ExecuteInProcessResult:
    # Without the suites of Great Expectations, whose import takes seconds.
    some = dg.Definitions(assets=[warehouse, release], resources={"home_folder": HomeResource()})
    return some.resolve_implicit_global_asset_job_def().execute_in_process(
        asset_selection=assets, instance=dg.DagsterInstance.ephemeral(), tags=tags, raise_on_error=False
    )


def made(home: Home) -> set[str]:
    """The models that dbt ran last."""
    results = json.loads((home.warehouse / "dbt" / "run_results.json").read_text("utf-8"))["results"]
    return {one["relation_name"].replace('"', "").split(".", 1)[1] for one in results if one["relation_name"]}


def leave_unmade(home: Home) -> None:
    """As if the last run had come to all tables but one."""
    state, inputs = read_build_state(home), inputs_of(home)
    assert state is not None
    fingerprint = fingerprint_of(inputs)
    tables = dict.fromkeys(state.tables, fingerprint) | {MART: None}
    _write(home, replace(state, inputs=inputs, fingerprint=fingerprint, tables=tables))
    results = load_results(dbt_results_path(home))
    save_results(dbt_results_path(home), [result for result in results if result.check_id != CHECK])


def test_what_failed_is_made_alone(home: Home) -> None:
    leave_unmade(home)
    with duckdb.connect(str(home.build_file)) as connection:  # dbt cannot put a table in the place of a view
        connection.execute(f"drop table {MART}; create view {MART} as select 1 as one")
    failed = run(list(warehouse.keys))
    assert not failed.success
    assert MART in made(home)
    state = read_build_state(home)
    assert state is not None
    assert MART in state.other_tables
    with pytest.raises(NotPublishedError, match="no whole build"):
        publish_build(home, "broken", no_reports)

    left = set(state.other_tables)
    with duckdb.connect(str(home.build_file)) as connection:
        connection.execute(f"drop view {MART}")
    again = run(list(warehouse.keys))
    assert again.success
    assert made(home) == left
    assert finished_build(home) is not None
    shown = {
        ".".join(event.asset_key.path): event.materialization.metadata
        for event in again.get_asset_materialization_events()
    }
    assert len(shown) == len(list(warehouse.keys)), "what is kept is shown too"
    assert {name for name, metadata in shown.items() if "kept_from_an_earlier_run" not in metadata} == left
    assert shown[MART]["dagster/row_count"].value
    leave_what_publication_asks(home)
    with no_search():
        assert publish_build(home, "whole", no_reports).folder == home.current.resolve()


@pytest.mark.parametrize("tag", ["dagster/backfill", "dagster/from_automation_condition"])
def test_a_run_by_itself_with_nothing_new_makes_and_publishes_nothing(home: Home, tag: str) -> None:
    before = home.current.resolve(), home.build_file.stat().st_mtime_ns
    done = run([*warehouse.keys, *release.keys], **{tag: "true"})
    assert done.success
    assert done.get_asset_materialization_events() == []
    assert run(list(release.keys), **{tag: "true"}).success
    assert (home.current.resolve(), home.build_file.stat().st_mtime_ns) == before


def test_the_memory_is_that_of_the_raw_cells_now(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    leave_unmade(home)
    monkeypatch.setenv("DBT_MEMORY_LIMIT", "6MB")  # as of a home that was smaller when the process began
    assert run(list(warehouse.keys)).success


def test_too_little_memory_is_said_and_tried_again(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    leave_unmade(home)
    monkeypatch.setenv("POVERTY_MEMORY_LIMIT", "6MB")
    said = []

    def failure(sentence: str, *, may_pass: bool = False) -> dg.Failure:
        said.append((sentence.partition(" The last release")[0], may_pass))
        return dg.Failure(sentence, allow_retries=False)  # the test has no time for it

    monkeypatch.setattr("dagster_project.assets.warehouse.failure", failure)
    assert not run(list(warehouse.keys)).success
    assert said == [("Not published: 6MB of memory were too little for the tables of this build.", True)]


@pytest.mark.parametrize(
    ("problem", "is_tried_again"),
    [
        (duckdb.IOException("IO Error: Could not set lock on file"), True),
        (sqlite3.OperationalError("database is locked"), True),
        (OSError(5, "Input/output error"), True),
        (OSError(28, "No space left on device"), False),
        (PermissionError(13, "Permission denied"), False),
        (duckdb.ConstraintException("Duplicate key"), False),
        (NotPublishedError("Not published."), False),
        (ValueError("wrong"), False),
    ],
)
def test_only_what_may_pass_by_itself_is_tried_again(
    problem: Exception, is_tried_again: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path))
    with pytest.raises(dg.Failure) as ended, without_values():
        raise problem
    assert ended.value.allow_retries is is_tried_again
