"""Only a whole build of the inputs of now is published; which files came and where a run was killed breaks nothing."""

import os
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from base.home import Home
from publication.build_state import begin_build, read_build_state
from publication.check_results import dbt_results_path, expectations_results_path, load_results, save_results
from publication.publish import publish_build
from publication.release import NotPublishedError
from tests.support import kill_points, subsets
from tests.support.homes import copy_of, poverty
from tests.support.warehouse import leave_what_publication_asks, no_reports


@pytest.fixture
def home(micro_home: Home, tmp_path: Path) -> Home:
    return copy_of(micro_home, tmp_path / "home")


@pytest.mark.long
def test_a_table_made_alone_is_not_published_as_a_whole_build(home: Home) -> None:
    before = home.current.resolve()
    with (home.decisions / "waivers.csv").open("a", encoding="utf-8") as file:
        file.write("no_accepted_file,2024,28777,,,,,chờ,Sở,2026-01-01,2099-01-01,\n")
    subprocess.run(
        [Path(sys.executable).parent / "dagster", "asset", "materialize", "--select", "marts/area_year"]
        + ["-m", "dagster_project.definitions"],
        env={**os.environ, "POVERTY_HOME": str(home.root), "DAGSTER_HOME": str(home.create().dagster)},
        capture_output=True,
        check=True,
    )
    said = poverty(home, "publish", expect=1).stderr
    assert "tables are missing or were made from other" in said
    assert "bi.area_figures" in said
    assert home.current.resolve() == before
    assert "Nothing new" not in poverty(home, "run").stdout
    assert home.current.resolve() != before


def test_a_build_of_other_inputs_than_now_is_not_published(home: Home) -> None:
    with (home.decisions / "waivers.csv").open("a", encoding="utf-8") as file:
        file.write("no_accepted_file,2024,28777,,,,,chờ,Sở,2026-01-01,2099-01-01,\n")
    with pytest.raises(NotPublishedError, match=r"since the \d+ tables \(.*decisions changed"):
        publish_build(home, "stale", no_reports)


@pytest.mark.parametrize("path_of", [dbt_results_path, expectations_results_path])
def test_a_check_without_a_result_is_not_passed(home: Home, path_of: object) -> None:
    path = path_of(home)  # type: ignore[operator]
    first, *others = load_results(path)
    save_results(path, others)
    with pytest.raises(NotPublishedError, match=rf"1 of \d+ checks have no result.*{first.check_id}"):
        publish_build(home, "unchecked", no_reports)


def test_tables_of_the_files_of_another_home_are_not_published(home: Home) -> None:
    with duckdb.connect(str(home.build_file)) as connection:
        connection.execute(
            "update quality.source_file set source_file_id = reverse(source_file_id) "
            "where source_file_id = (select min(source_file_id) from quality.source_file)"
        )
    with pytest.raises(NotPublishedError, match=r"the files received in .* differ in 2 files"):
        publish_build(home, "mixed", no_reports)


def test_a_table_that_was_being_made_is_named(home: Home) -> None:
    state = read_build_state(home)
    assert state is not None
    # Publication wrote the ledger of findings, which models read: the other tables are of the ledger before.
    begin_build(home, "killed", ["marts.area_year"], ["marts.area_year"], state.checks)
    with pytest.raises(NotPublishedError, match=r"1 of 1 tables .*: marts\.area_year\."):
        publish_build(home, "killed", no_reports)


def test_communes_with_gap_years_and_no_file_at_all_block_nothing(clean_home: Home) -> None:
    files = subsets.accepted_files(clean_home)
    left_out = {(2022, "28765"), (2023, "28765"), (2027, "28777")}
    years = (2021, 2022, 2024, 2027, 2030)
    tried = [
        frozenset[str](),
        frozenset(file for file, place in files.items() if place not in left_out and place[0] in years),
    ]
    assert subsets.try_subsets(clean_home, tried) == []


@pytest.mark.long
def test_no_subset_of_years_or_files_blocks(clean_home: Home) -> None:
    files = subsets.accepted_files(clean_home)
    tried = [*subsets.subsets_of_years(files), *subsets.subsets_of_files(files, 500)]
    assert subsets.try_subsets(clean_home, tried) == []


def test_ingestion_killed_before_the_first_of_each_operation(micro_home: Home, tmp_path: Path) -> None:
    tried, broken = kill_points.try_stage("ingest", micro_home, tmp_path, kinds="operation")
    assert tried >= 3
    assert broken == []


@pytest.mark.parametrize("stage", ["build", "publish"])
def test_killed_before_anything_is_put_in_place(stage: str, home: Home, tmp_path: Path) -> None:
    leave_what_publication_asks(home, *kill_points.COMPARED)
    tried, broken = kill_points.try_stage(stage, home, tmp_path, kinds="renaming")
    assert tried >= 2
    assert broken == []


@pytest.mark.long
@pytest.mark.parametrize("stage", kill_points.STAGES)
def test_killed_before_each_operation(stage: str, micro_home: Home, tmp_path: Path) -> None:
    tried, broken = kill_points.try_stage(stage, micro_home, tmp_path, kinds="all")
    assert tried >= 10
    assert broken == []
