"""Tables that Spark made, as the tables of a home: here DuckDB wrote the Parquet."""

from pathlib import Path

import duckdb
import pytest

from base.home import Home
from base.sql import differing_rows, sql_text
from publication.build_state import checks_folder, read_build_state
from publication.check_results import dbt_results_path, load_results
from spark.duckdb_build import main as build
from spark.home import NotLoadedError, begin, load
from tests.support.homes import copy_of

# One that Spark did not make, and one with another type than its contract has.
MISSING, OTHER = "bi.province_years", "bi.commune_years"
_DESCRIBED = """
    select table_name, sql, t.comment, list((column_name, c.comment) order by column_index)
    from duckdb_tables() as t inner join duckdb_columns() as c using (database_name, schema_name, table_name)
    where database_name = ? and schema_name = 'bi' and table_name not in ('province_years', 'commune_years')
    group by all order by all
"""


def test_tables_are_loaded_with_their_contracts_and_what_is_wrong_is_not(
    micro_home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # One layer, for the time of the test: dbt loads every table in the same way.
    monkeypatch.setattr("spark.home.build", lambda *arguments: build(*arguments, "--select", "path:models/bi"))
    home, tables = copy_of(micro_home, tmp_path / "home", with_build=False), tmp_path / "tables"
    begin(home, tables)
    _write_as_spark(micro_home.build_file, tables)
    assert load(home, tables) == 1
    state = read_build_state(home)
    assert state is not None
    loaded = sorted(state.tables.keys() - set(state.other_tables))
    with duckdb.connect() as connection:
        for name, of in (("of_duckdb", micro_home), ("of_spark", home)):
            connection.execute(f"attach {sql_text(of.build_file)} as {name} (read_only)")
        expected = connection.execute(_DESCRIBED, ["of_duckdb"]).fetchall()
        assert connection.execute(_DESCRIBED, ["of_spark"]).fetchall() == expected
        assert loaded == [f"bi.{table}" for table, *_ in expected]
        for name in loaded:
            one, other = f"of_duckdb.{name}", f"of_spark.{name}"
            assert not connection.execute(differing_rows(one, other)).fetchall(), name
        assert not connection.execute("from of_spark.kept.made").fetchall()
    # `poverty run` makes what is not there, and runs every check.
    assert [*checks_folder(home).glob("*.json")] == [dbt_results_path(home)]
    results = load_results(dbt_results_path(home))
    assert {f"bi.{result.dataset}" for result in results if not result.is_passed} == {MISSING, OTHER}
    assert len(results) == len(loaded) + 2


def test_nothing_is_loaded_that_was_made_from_something_else(micro_home: Home, tmp_path: Path) -> None:
    home, tables = copy_of(micro_home, tmp_path / "home", with_build=False), tmp_path / "tables"
    with pytest.raises(NotLoadedError, match="was not begun"):
        load(home, tables)
    begin(home, tables)
    with pytest.raises(NotLoadedError, match="is not empty"):
        begin(home, tables)
    with (home.decisions / "waivers.csv").open("a", encoding="utf-8") as file:
        file.write("\n")
    with pytest.raises(NotLoadedError, match="not those that the tables were made from"):
        load(home, tables)
    assert not home.build_file.exists()


def _write_as_spark(build_file: Path, tables: Path) -> None:
    with duckdb.connect(str(build_file), read_only=True) as build:
        names = build.execute("select table_name from duckdb_tables() where schema_name = 'bi'").fetchall()
        for name in sorted({f"bi.{table}" for (table,) in names} - {MISSING}):
            rows = (
                f"select * replace (survey_year::bigint as survey_year) from {name}"
                if name == OTHER
                else f"from {name}"
            )
            folder = tables / f"{name.replace('.', '.db/')}"
            folder.mkdir(parents=True)
            build.execute(f"copy ({rows}) to {sql_text(folder / 'part-0.parquet')} (format parquet)")
