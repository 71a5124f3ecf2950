"""`poverty publish --public`: what is open, and that nobody works out what is not."""

import json
import subprocess
from pathlib import Path

import duckdb
import pytest

from base.home import Home
from base.release_layout import DATABASE
from publication.open_data.edition import OPEN_DATABASE, TABLES
from publication.open_data.suppression import LARGEST, PROTECTION, SMALLEST
from tests.support.homes import copy_of, poverty
from tests.support.open_data_attack import attack_edition


@pytest.fixture(scope="module")
def opened(clean_home: Home, tmp_path_factory: pytest.TempPathFactory) -> tuple[Home, str]:
    """A copy of the small pack's home with its open-data edition, and what the command printed."""
    home = copy_of(clean_home, tmp_path_factory.mktemp("open") / "home")
    return home, poverty(home, "publish", "--public").stdout


@pytest.fixture(scope="module")
def edition(opened: tuple[Home, str]) -> Path:
    home, _ = opened
    return home.published / "open_data" / home.current.resolve().name


def test_the_release_in_force_is_opened_and_not_made_again(opened: tuple[Home, str], clean_home: Home) -> None:
    home, reported = opened
    assert home.current.resolve().name == clean_home.current.resolve().name
    assert "published/open_data" in reported
    assert "left out" in reported


def test_the_command_tells_what_was_left_out(opened: tuple[Home, str], edition: Path) -> None:
    cells = json.loads((edition / "datapackage.json").read_text(encoding="utf-8"))["suppression"]["cells"]
    with duckdb.connect(str(edition / OPEN_DATABASE), read_only=True) as connection:
        for table in TABLES:
            ((hidden, shown),) = connection.execute(
                f"select count(*) filter (is_suppressed), count(*) filter (not is_suppressed) from {table}"
            ).fetchall()
            assert (cells[table]["primary"] + cells[table]["secondary"], cells[table]["published"]) == (hidden, shown)
            assert hidden > 0
    _, reported = opened
    assert all(f"{cells[table]['primary']:,}" in reported for table in TABLES)


def test_no_small_count_is_open_and_shares_go_with_their_counts(edition: Path) -> None:
    with duckdb.connect(str(edition / OPEN_DATABASE), read_only=True) as connection:
        for table in TABLES:
            ((wrong,),) = connection.execute(
                f"select count(*) from {table} where households_or_persons between {SMALLEST} and {LARGEST} "
                "or is_suppressed <> (households_or_persons is null) or (is_suppressed and share is not null)"
            ).fetchall()
            assert wrong == 0, table


def test_open_counts_are_those_of_the_release(edition: Path, clean_home: Home) -> None:
    with duckdb.connect(str(clean_home.current / DATABASE), read_only=True) as connection:
        connection.execute(f"attach '{edition / OPEN_DATABASE}' as open (read_only)")
        for measure in ("poor_households", "near_poor_persons", "resident_households"):
            compared = connection.execute(
                f"select count(*), count(*) filter (open.households_or_persons is distinct from r.{measure}) "
                "from open.area_year as open "
                "inner join marts.area_year as r using (survey_year, area_level, area_code) "
                f"where r.boundary = 'as_reviewed' and open.measure = '{measure}' and not is_suppressed"
            ).fetchall()
            assert compared[0][0] > 0
            assert compared[0][1] == 0


def test_nobody_works_out_what_is_left_out(edition: Path, clean_home: Home) -> None:
    found = attack_edition(clean_home.current.resolve(), edition)
    assert len(found) > 1000
    near = {cell: ends for cell, ends in found.items() if ends[1] - ends[0] < PROTECTION - 1e-6}
    assert near == {}


def test_nothing_about_single_households_is_open(edition: Path) -> None:
    with duckdb.connect(str(edition / OPEN_DATABASE), read_only=True) as connection:
        columns = {row[0] for row in connection.execute("select column_name from duckdb_columns()").fetchall()}
        tables = {row[0] for row in connection.execute("select table_name from duckdb_tables()").fetchall()}
    assert tables == set(TABLES)
    assert not {name for name in columns if "household_id" in name or "source" in name}


def test_the_description_is_true(edition: Path) -> None:
    package = json.loads((edition / "datapackage.json").read_text(encoding="utf-8"))
    assert package["licenses"][0]["name"] == "CC-BY-4.0"
    assert {resource["format"] for resource in package["resources"]} == {"duckdb", "parquet", "csv"}
    assert len(package["resources"]) == 1 + 2 * len(TABLES)
    for resource in package["resources"]:
        reported = subprocess.run(["sha256sum", edition / resource["path"]], capture_output=True, text=True, check=True)
        assert resource["hash"] == f"sha256:{reported.stdout.split()[0]}"
    for table in TABLES:
        rows = duckdb.sql(f"from read_csv('{edition / 'csv' / table}.csv')").fetchall()
        assert len(rows) == len(duckdb.sql(f"from '{edition / 'parquet' / table}.parquet'").fetchall()) > 0


def test_nothing_in_the_edition_says_which_file_and_row_a_household_is_on(edition: Path) -> None:
    """With both whoever holds one workbook would have the pseudonyms of its households in all years."""
    wrong = {"source_file_id", "source_row", "row_number", "household_id", "record_number"}
    with duckdb.connect(str(edition / OPEN_DATABASE), read_only=True) as connection:
        columns = {name for (name,) in connection.execute("select column_name from duckdb_columns()").fetchall()}
        files = [path for path in edition.rglob("*") if path.suffix in (".csv", ".parquet")]
        for path in files:
            columns |= {row[0] for row in connection.execute(f"describe from '{path}'").fetchall()}
    assert len(files) == 2 * len(TABLES)
    assert columns & wrong == set()
    for path in edition.rglob("*"):
        if path.suffix in (".csv", ".json"):
            assert not any(name in path.read_text(encoding="utf-8") for name in wrong), path
