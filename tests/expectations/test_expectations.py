"""Suites over real files, inside DuckDB, through Great Expectations and through the worker.

Importing great_expectations takes 8 to 15 s: the worker is forked from a process that did it.
"""

import json
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from base.forms import load_forms
from base.home import Home
from expectations.client import ExpectationsWorker
from expectations.errors import ChecksError, DatasetAbsentError, SilentEngineError, SuiteError, WorkerError
from expectations.results import CheckResult
from expectations.suites import load_suites, suite_names
from ingestion.extract import raw_schema
from ingestion.parquet import write_parquet
from ingestion.raw_store import SOURCE_FILE_SCHEMA, write_empty
from tests.support.processes import StartedByForking

pytestmark = pytest.mark.build  # the worker is forked from what imports for ten seconds

PACKS = ("clean", "noisy")
# Marts that the packs have whole expected tables of; other tests run the suites of all marts on published homes.
MART_NAMES = (
    "area_year",
    "dim_commune",
    "fct_household_year",
    "indicator_area_year",
    "need_area_year",
    "target_progress",
)
PACK_SUITES = [name for name in suite_names() if name.startswith("raw_") or name in MART_NAMES]
EXPECTATION_IDS = [item.id for suite in load_suites(PACK_SUITES) for item in suite.expectations]
CANARY_NAME = "Trần Thị Chim Hoàng Yến"
CANARY_ID = "083199912345"
FILE = "f" * 16


@pytest.fixture(scope="module", autouse=True)
def worker() -> Iterator[ExpectationsWorker]:
    with pytest.MonkeyPatch.context() as changed:
        changed.setattr(subprocess, "Popen", StartedByForking)
        with ExpectationsWorker() as started:
            yield started


@pytest.fixture(scope="module")
def runner(worker: ExpectationsWorker):
    """The module that imports great_expectations; the worker imports it meanwhile."""
    from expectations import runner

    return runner


def write_raw(home: Home, households: list[dict[str, str]], members: list[dict[str, str]]) -> None:
    """One accepted file of 2022 with these cells, a `row_number` apiece."""
    forms = load_forms()
    write_empty(home, forms)
    for role, rows in (("household", households), ("member", members)):
        schema = raw_schema(forms, role).insert(0, pa.field("extraction_id", pa.string()))
        keys = {"extraction_id": "e1", "source_file_id": FILE, "sheet": "S"}
        rows = [{**keys, "row_number": number, **row} for number, row in enumerate(rows, 9)]
        write_parquet(pa.Table.from_pylist(rows, schema=schema), home.raw / role / "e1.parquet")
    register = {
        "source_file_id": FILE,
        "extraction_id": "e1",
        "status": "accepted",
        "form": "F2022",
        "survey_year": 2022,
        "commune_code": "28765",
        "submission_number": 1,
        "maturity": "final",
        "sha256": "0" * 64,
        "household_rows": len(households),
    }
    write_parquet(pa.Table.from_pylist([register], schema=SOURCE_FILE_SCHEMA), home.raw / "source_file.parquet")


def by_id(results: list[CheckResult]) -> dict[str, CheckResult]:
    return {result.check_id: result for result in results}


def failed_errors(results: list[CheckResult]) -> set[str]:
    return {result.check_id for result in results if result.severity == "error" and not result.is_passed}


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home").create()


@pytest.fixture
def canary_home(home: Home) -> Home:
    """Names and identity numbers wherever a check looks at cells, such that it fails."""
    household = {
        "household_code": CANARY_NAME,
        "head_name": CANARY_NAME,
        "head_citizen_id": f"{CANARY_ID}x",
        "recorded_class": CANARY_NAME,
        "member_count": CANARY_ID,
        "b1_score": CANARY_NAME,
        "head_sex": CANARY_NAME,
        "head_ethnicity": CANARY_NAME,
        "is_deprived_employment": CANARY_ID,
    }
    member = {"household_code": CANARY_NAME, "full_name": CANARY_NAME, "citizen_id": CANARY_NAME, "birth": CANARY_NAME}
    write_raw(home, [household] * 30, [member] * 30)
    with duckdb.connect(home.build_file) as connection:
        connection.execute("create schema marts")
        connection.execute(
            f"""create table marts.fct_household_year as
            select 2022 as survey_year, '{CANARY_NAME}' as household_id, '{CANARY_NAME}' as poverty_class,
                '{CANARY_ID}' as computed_class, 'rural' as area_class, '{CANARY_NAME}' as member_count,
                '{CANARY_ID}'::bigint as deprivation_count, null::boolean as head_is_female, '28765' as commune_code
            from range(30)"""
        )
    return home


@pytest.fixture(scope="module", params=[pytest.param(name, marks=pytest.mark.build) for name in PACKS])
def pack_home(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, shared: Path) -> Home:
    """A sample pack as ingestion reads it, and its expected tables as the build file."""
    pack = shared / "samples" / request.param
    published: Home = request.getfixturevalue(f"{request.param}_home")
    home = Home(tmp_path_factory.mktemp(request.param)).create()
    shutil.copytree(published.raw, home.raw, dirs_exist_ok=True)
    with duckdb.connect(home.build_file) as connection:
        connection.execute("create schema marts")
        for name in MART_NAMES:
            path = pack / "expected" / f"{name}.csv"
            header = path.read_text("utf-8").split("\n", 1)[0].split(",")
            types = {column: "varchar" for column in header if column.endswith(("_code", "_id"))}
            csv = f"read_csv('{path}', sample_size = -1, types = {types})"
            connection.execute(f"create table marts.{name} as from {csv}")
        connection.execute("alter table marts.fct_household_year rename source_file to source_file_id")
    return home


def test_a_check_that_must_fail_fails_with_the_right_count(runner, canary_home: Home) -> None:
    results = by_id(runner.run_suites(canary_home, ["fct_household_year"]))
    assert not results["fct_household_year.computed_class_known"].is_passed
    assert results["fct_household_year.computed_class_known"].observed == "30 of 30 rows unexpected"
    assert results["fct_household_year.area_class_known"].is_passed
    assert results["fct_household_year.area_class_known"].observed == "0 of 30 rows unexpected"


def test_a_measure_outside_its_thresholds_fails_and_names_the_year(runner, canary_home: Home) -> None:
    result = by_id(runner.run_suites(canary_home, ["raw_household"]))["raw_household.share_unknown_class"]
    assert (result.is_passed, result.severity) == (False, "warning")
    assert result.observed == "1 values, 1; 1 outside (2022)"
    assert result.expected == "any year: at most 0.01"


def test_a_check_whose_sql_fails_is_not_passed(runner, canary_home: Home) -> None:
    result = by_id(runner.run_suites(canary_home, ["fct_household_year"]))["fct_household_year.mean_household_size"]
    assert (result.is_passed, result.observed) == (False, "could not be evaluated")


def test_without_the_kept_connection_nothing_is_believed(
    runner, canary_home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The day this fails, Great Expectations has fixed itself and gx_duckdb.py can go."""
    from great_expectations.execution_engine import SqlAlchemyExecutionEngine

    monkeypatch.setattr(runner.DuckDBDatasource, "execution_engine_type", SqlAlchemyExecutionEngine)
    with pytest.raises(SilentEngineError):
        runner.run_suites(canary_home, ["raw_total"])


def test_no_result_and_no_output_holds_a_cell_value(
    runner, canary_home: Home, capfd: pytest.CaptureFixture[str]
) -> None:
    names = ["raw_household", "raw_member", "raw_total", "raw_source_file", "fct_household_year"]
    results = runner.run_suites(canary_home, names)
    assert sum(not result.is_passed for result in results) > 10
    shown = json.dumps([result.to_json() for result in results], ensure_ascii=False) + "".join(capfd.readouterr())
    for canary in (CANARY_NAME, CANARY_ID, "Hoàng", "199912345", "199,912,345", "8.3199"):
        assert canary not in shown


def test_the_worker_gives_what_a_direct_run_gives_and_keeps_silent(
    worker: ExpectationsWorker, runner, canary_home: Home, capfd: pytest.CaptureFixture[str]
) -> None:
    names = ["raw_household", "fct_household_year"]
    shown = worker.run(canary_home, names)
    assert {(r.check_id, r.is_passed, r.observed, r.expected) for r in shown} == {
        (r.check_id, r.is_passed, r.observed, r.expected) for r in runner.run_suites(canary_home, names)
    }
    assert capfd.readouterr() == ("", "")


def test_the_worker_lives_on_after_a_request_that_cannot_be_run(worker: ExpectationsWorker, canary_home: Home) -> None:
    with pytest.raises(ChecksError, match="marts.area_year is not there: build that model"):
        worker.run(canary_home, ["area_year"])
    with pytest.raises(ChecksError, match="There is no suite area_years"):
        worker.run(canary_home, ["area_years"])
    assert worker.run(canary_home, ["raw_total"])


def test_the_build_file_can_be_written_after_a_run(worker: ExpectationsWorker, runner, canary_home: Home) -> None:
    worker.run(canary_home, ["fct_household_year"])
    runner.run_suites(canary_home, ["fct_household_year"])
    with duckdb.connect(canary_home.build_file) as connection:
        connection.execute("create table marts.written as select 1 as one")


def test_raw_suites_leave_the_build_file_alone(runner, canary_home: Home) -> None:
    with duckdb.connect(canary_home.build_file):
        assert runner.run_suites(canary_home, ["raw_household"])


def test_a_lost_worker_is_reported_with_what_to_do(canary_home: Home) -> None:
    with ExpectationsWorker() as lost:
        os.kill(lost.start()._process.pid, signal.SIGKILL)
        with pytest.raises(WorkerError, match="ended without an answer .*run_suites"):
            lost.run(canary_home)


def test_a_worker_that_is_too_slow_is_ended(canary_home: Home) -> None:
    with ExpectationsWorker(answer_seconds=0.1) as slow, pytest.raises(WorkerError, match="no answer within 0.1 s"):
        slow.run(canary_home)


def test_what_is_absent_is_named(runner, home: Home) -> None:
    with pytest.raises(DatasetAbsentError, match="run ingestion first"):
        runner.run_suites(home, ["raw_household"])
    write_raw(home, [], [])
    with pytest.raises(DatasetAbsentError, match="build the warehouse"):
        runner.run_suites(home, ["area_year"])
    with pytest.raises(SuiteError):
        runner.run_suites(home, ["no_such_suite"])


def test_an_empty_raw_store_gives_no_error(runner, home: Home) -> None:
    write_raw(home, [], [])
    names = [name for name in suite_names() if name.startswith("raw_")]
    failed = [result for result in runner.run_suites(home, names) if not result.is_passed]
    assert failed
    assert {result.severity for result in failed} == {"warning"}


def test_the_sample_packs_give_no_error(runner, pack_home: Home) -> None:
    results = runner.run_suites(pack_home, PACK_SUITES)
    assert [result.check_id for result in results] == EXPECTATION_IDS
    assert failed_errors(results) == set()
    assert [result.check_id for result in results if result.observed in ("no values", "could not be evaluated")] == []


def test_a_wrong_warehouse_gives_errors(runner, pack_home: Home) -> None:
    with duckdb.connect(pack_home.build_file) as connection:
        more = "poor_households = poor_households + 1"
        connection.execute(f"update marts.area_year set {more} where area_level = 'province'")
        connection.execute("delete from marts.need_area_year where need_code = 'loan' and area_level = 'province'")
    results = runner.run_suites(pack_home, ["area_year", "need_area_year"])
    assert failed_errors(results) == {"area_year.poor_differ_from_households", "need_area_year.rows_per_area"}
    assert by_id(results)["area_year.poor_differ_from_households"].observed.startswith(
        "20 values, 1; 20 outside (2021, "
    )
