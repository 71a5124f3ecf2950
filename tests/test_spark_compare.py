"""The comparison of a build with Spark's tables: what it must not let pass."""

from pathlib import Path

import duckdb
import pytest

from spark.compare import compare

ROWS = "(values (1, 'một', 0.1::double), (1, 'một', 0.1), (2, null, null)) as rows (a, b, c)"


def compared(folder: Path, of_duckdb: str, of_spark: str, *, may_be_empty: bool = False) -> int:
    (folder / "marts.db" / "one").mkdir(parents=True)
    with duckdb.connect(str(folder / "build.duckdb")) as build:
        build.execute(f"create schema marts; create table marts.one as {of_duckdb}")
        build.execute(f"copy ({of_spark}) to '{folder}/marts.db/one/part-0.parquet' (format parquet)")
    return compare(folder / "build.duckdb", folder, may_be_empty=may_be_empty)


def test_equal_tables_are_equal_in_any_order(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    nearly = "select a, b, c + 1e-12 as c"
    assert compared(tmp_path, f"select * from {ROWS}", f"{nearly} from {ROWS} order by a desc") == 0
    assert capsys.readouterr().out == "1 of 1 tables equal in DuckDB and Spark (names, types, rows both ways)\n"


@pytest.mark.parametrize(
    ("of_spark", "said"),
    [
        (f"select a, b from {ROWS}", "columns ['c']"),
        (f"select b, a, c from {ROWS}", "columns in another order"),
        (f"select a::bigint as a, b, c from {ROWS}", "a is INTEGER in DuckDB, BIGINT in Spark"),
        (f"select distinct * from {ROWS}", "3 rows in DuckDB, 2 in Spark"),
        (f"select a, b, c + 1e-6 as c from {ROWS}", "c: 2 values differ"),
        (f"select a, coalesce(b, '') as b, c from {ROWS}", "b: 1 values differ"),
        (f"select a, b, coalesce(c, 0) as c from {ROWS}", "c: 1 values differ"),
    ],
)
def test_every_difference_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str], of_spark: str, said: str) -> None:
    assert compared(tmp_path, f"select * from {ROWS}", of_spark) == 1
    assert said in capsys.readouterr().out


def test_an_empty_table_compares_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    nothing = f"select * from {ROWS} where false"
    assert compared(tmp_path, nothing, nothing) == 1
    assert "empty, so nothing was compared" in capsys.readouterr().out


def test_a_table_of_one_engine_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "marts.db" / "other").mkdir(parents=True)
    assert compared(tmp_path, f"select * from {ROWS}", f"select * from {ROWS}") == 1
    assert "marts.other: DuckDB has not made it" in capsys.readouterr().out
