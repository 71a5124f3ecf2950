"""What a release promises to those who read it."""

import json
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from audit.rebuild import rebuild_and_compare
from audit.releases import find_release
from base.clock import now_after
from base.home import Home
from base.release_layout import DATABASE, PUBLIC_SCHEMAS, read_datapackage, releases
from base.sql import differing_rows, sql_file
from dagster_project.instance import DEFINITIONS
from ingestion.archive import archive_path
from publication.check_results import dbt_results_path, expectations_results_path, load_results, save_results
from publication.publish import publish_build
from publication.release import KEPT_RELEASES, NotPublishedError, public_tables
from tests.support.homes import REPOSITORY, copy_of, poverty
from tests.support.publish_tables import publish_tables
from tests.support.two_releases import RESIDENTS, SENT_TWICE
from tests.support.warehouse import leave_what_publication_asks, no_reports, no_search


@pytest.fixture
def home(micro_home: Home, tmp_path: Path) -> Iterator[Home]:
    """A copy that a test may change; what is published of it is little."""
    home = copy_of(micro_home, tmp_path / "home")
    leave_what_publication_asks(home)
    with no_search():
        yield home


def test_every_public_table_has_key_contract_and_descriptions(clean_home: Home) -> None:
    with duckdb.connect(str(clean_home.current / DATABASE), read_only=True) as connection:
        tables = public_tables(connection, "poverty")
        assert {schema for schema, _ in tables} == set(PUBLIC_SCHEMAS)
        keyed = connection.execute(
            "select schema_name, table_name from duckdb_constraints() where constraint_type = 'PRIMARY KEY'"
        ).fetchall()
        assert set(keyed) == set(tables)
        silent = connection.execute(
            "select schema_name, table_name, column_name from duckdb_columns() "
            "where schema_name in ('marts', 'bi', 'quality') and coalesce(comment, '') = ''"
        ).fetchall()
        assert silent == []
        assert all(comment for (comment,) in connection.execute("select comment from duckdb_tables()").fetchall())


def test_parquet_holds_the_same_rows(clean_home: Home) -> None:
    with duckdb.connect(str(clean_home.current / DATABASE), read_only=True) as connection:
        for schema, table in public_tables(connection, "poverty"):
            path = clean_home.current / "parquet" / schema / f"{table}.parquet"
            (different,) = connection.execute(
                f"select count(*) from ({differing_rows(f'{schema}.{table}', sql_file(path))})"
            ).fetchall()[0]
            assert different == 0, f"{schema}.{table}"


def test_the_description_is_true(clean_home: Home) -> None:
    package = read_datapackage(clean_home.current)
    assert package is not None
    assert package["maturity"] == "provisional"
    assert len(package["sources"]) == 53
    for resource in package["resources"]:
        path = clean_home.current / resource["path"]
        digest = subprocess.run(["sha256sum", path], capture_output=True, text=True, check=True).stdout.split()[0]
        assert resource["hash"] == f"sha256:{digest}"
        assert resource.get("bytes", path.stat().st_size) == path.stat().st_size
    described = {resource["path"] for resource in package["resources"]} | {"datapackage.json", "signature.json"}
    there = {
        path.relative_to(clean_home.current).as_posix() for path in clean_home.current.rglob("*") if path.is_file()
    }
    assert there == described
    assert "reports/index.html" in there
    for source in package["sources"]:
        assert archive_path(clean_home, source["hash"].removeprefix("sha256:")).stat().st_size == source["bytes"]


def test_no_table_of_the_release_is_private(clean_home: Home) -> None:
    with duckdb.connect(str(clean_home.current / DATABASE), read_only=True) as connection:
        schemas = {row[0] for row in connection.execute("select distinct schema_name from duckdb_tables()").fetchall()}
        columns = {row[0] for row in connection.execute("select column_name from duckdb_columns()").fetchall()}
    assert schemas == set(PUBLIC_SCHEMAS)
    assert not columns & {
        "head_name",
        "full_name",
        "head_citizen_id",
        "citizen_id",
        "head_birth",
        "birth",
        "hamlet",
        "note",
    }


def test_older_duckdb_reads_the_release(clean_home: Home) -> None:
    uv = REPOSITORY / ".uv" / "bin" / "uv"
    found = str(uv) if uv.exists() else shutil.which("uv")
    assert found, "uv is part of the set-up"
    query = (
        "import duckdb, sys; c = duckdb.connect(sys.argv[1], read_only=True); "
        "print(duckdb.__version__, c.execute('select count(*) from marts.fct_household_year').fetchone()[0])"
    )
    arguments = [found, "run", "--no-project", "--quiet", "--with", "duckdb==1.4.0", "python", "-c", query]
    done = subprocess.run(
        [*arguments, str(clean_home.current / DATABASE)], capture_output=True, text=True, check=False, cwd="/"
    )
    assert done.stdout.split() == ["1.4.0", "2310"], done.stderr


def test_a_second_run_with_nothing_new_reads_no_workbook(micro_home: Home) -> None:
    before = read_datapackage(micro_home.current)
    shown = poverty(micro_home, "run").stdout
    assert "no workbook was read" in shown
    assert read_datapackage(micro_home.current) == before


def test_the_ui_knows_the_job_of_a_run_of_the_command_line(micro_home: Home) -> None:
    with sqlite3.connect(f"file:{micro_home.dagster}/history/runs.db?mode=ro", uri=True) as runs:
        found = runs.execute(
            "select distinct runs.pipeline_name, run_tags.value from runs inner join run_tags using (run_id) "
            "where run_tags.key = '.dagster/repository'"
        ).fetchall()
    assert sorted(found) == [(job, f"__repository__@{DEFINITIONS}") for job in ("build", "ingestion", "publication")]


def test_status_tells_what_landed_what_is_missing_and_what_is_published(clean_home: Home) -> None:
    shown = poverty(clean_home, "status").stdout
    assert "53 files in landing, 0 not read yet" in shown
    assert "no accepted file from" in shown
    assert "Published: release" in shown


def test_strict_makes_open_error_findings_fail(micro_home: Home) -> None:
    poverty(micro_home, "run", "--strict", expect=1)


def test_a_wrong_call_exits_2(clean_home: Home) -> None:
    poverty(clean_home, "publish", "--nonsense", expect=2)
    poverty(clean_home, "ingest", "--year", "1999", expect=2)
    poverty(clean_home, "inspect", "no-such-file.xlsx", expect=2)
    assert "not empty" in poverty(clean_home, "sample", expect=2).stderr


def test_readers_keep_their_release_while_the_next_one_comes(home: Home) -> None:
    reader = duckdb.connect(str(home.current / DATABASE), read_only=True)
    first = home.current.readlink()
    before = reader.execute("select count(*) from marts.area_year").fetchall()
    release = publish_build(home, "another-run", no_reports)
    assert home.current.readlink() != first
    assert (home.current).resolve() == release.folder
    assert reader.execute("select count(*) from marts.area_year").fetchall() == before
    assert reader.execute("select count(*) from quality.check_result where run_id = 'another-run'").fetchall() == [(0,)]
    with duckdb.connect(str(home.current / DATABASE), read_only=True) as now:
        assert now.execute("select count(distinct run_id) from quality.check_result").fetchall() == [(1,)]
        engines = now.execute("select distinct engine from quality.check_result order by 1").fetchall()
    reader.close()
    assert engines == [("dbt",), ("great_expectations",), ("ingestion",)]


@pytest.mark.parametrize("engine_path", [dbt_results_path, expectations_results_path])
def test_a_failed_error_check_leaves_the_last_release_in_place(home: Home, engine_path: object) -> None:
    path = engine_path(home)  # type: ignore[operator]
    results = load_results(path)
    broken = next(result for result in results if result.severity == "error")
    changed = [
        type(result)(**{**vars(result), "is_passed": False}) if result is broken else result for result in results
    ]
    save_results(path, changed)
    before = home.current.readlink()
    with pytest.raises(NotPublishedError, match=broken.check_id.replace(".", r"\.")):
        publish_build(home, "broken-run", no_reports)
    assert home.current.readlink() == before
    assert not list((home.published / "releases").glob(".building-*"))


def test_an_interrupted_build_is_not_published(home: Home) -> None:
    (home.warehouse / "build_state.json").unlink()
    with pytest.raises(NotPublishedError, match="no whole build"):
        publish_build(home, "interrupted", no_reports)


def test_a_crash_while_building_a_release_leaves_no_trace(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr("publication.release.write_parquet", crash)
    before = home.current.readlink()
    with pytest.raises(OSError, match="disk full"):
        publish_build(home, "crashed", no_reports)
    assert home.current.readlink() == before
    assert not list((home.published / "releases").glob(".building-*"))


def test_ten_releases_are_kept(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    assert KEPT_RELEASES == 10
    monkeypatch.setattr("publication.release.KEPT_RELEASES", 2)  # publishing eleven times takes minutes
    first = home.current.resolve()
    for number in range(2):
        publish_build(home, f"run-{number}", no_reports)
    kept = releases(home)
    assert len(kept) == 2
    assert first not in kept
    assert home.current.resolve() == kept[-1]


def test_a_clock_that_was_set_back_loses_no_release(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("publication.release.KEPT_RELEASES", 2)
    names = [home.current.resolve().name]
    for years in (1, 2):
        long_ago = datetime.now(UTC) - timedelta(366 * years)
        monkeypatch.setattr("publication.release.now_after", lambda last, _, now=long_ago: now_after(last, now))
        names.append(publish_build(home, f"back-{years}", no_reports).release_id)
    assert names == sorted(names)
    assert [release.name for release in releases(home)] == names[1:]
    assert home.current.resolve().name == names[-1]
    assert find_release(home, "previous").name == names[-2]
    with duckdb.connect(str(home.current / DATABASE), read_only=True) as connection:
        times = "select count(*) from quality.finding where last_seen_at < first_seen_at or resolved_at < first_seen_at"
        assert connection.execute(times).fetchall() == [(0,)]


def test_a_second_submission_supersedes_the_first_through_the_whole_pipeline(
    two_releases_home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = two_releases_home
    year, commune = SENT_TWICE.split("-")
    of_commune = f"survey_year = {year} and"
    with duckdb.connect(str(home.current / DATABASE), read_only=True) as connection:
        residents = connection.execute(
            f"select resident_households from marts.area_year where {of_commune} area_code = '{commune}' "
            "and boundary = 'as_reviewed'"
        ).fetchall()
        statuses = connection.execute(
            "select submission_number, status from quality.source_file "
            f"where {of_commune} commune_code = '{commune}' order by 1"
        ).fetchall()
    assert residents == [(RESIDENTS,)]
    assert statuses == [(1, "superseded"), (2, "accepted")]
    changed = json.loads(poverty(home, "diff", "previous", "current", "--json").stdout)
    files = [(f["change"], f["submission_number"]) for f in changed["files"] if str(f["survey_year"]) == year]
    assert files == [("superseded", 1), ("added", 2)]
    assert {f["cause"] for f in changed["figures"]} == {"new_file"}
    assert {f["survey_year"] for f in changed["figures"] if f["table"] == "marts.area_year"} == {2026, 2027}
    residents_changed = [
        (f["area_code"], f["new"]) for f in changed["figures"] if f["measure"] == "resident_households"
    ]
    assert (commune, RESIDENTS) in residents_changed
    # The release before is built again from the archive as it was then, without checks as it was made.
    monkeypatch.setattr("audit.rebuild._run", lambda again, day: publish_tables(again, day=day))
    assert rebuild_and_compare(home, find_release(home, "previous"), lambda _: None) == []
