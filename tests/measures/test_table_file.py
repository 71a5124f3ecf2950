"""Files that are no table are refused by place, never by value."""

from fractions import Fraction
from pathlib import Path

import duckdb
import pytest

from measures.measure import measure
from measures.printed_numbers import WrongCallError
from measures.table_file import UnfitDataError
from measures.weights import parse_weights

AB = ["a", "b"]


def headcount(path: Path, indicators: list[str] = AB, weight: str | None = None) -> float | None:
    rows, _ = measure(path, indicators, parse_weights("equal", indicators), Fraction(1), weight)
    return rows[0].value


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"a,b\n0,1\n1\n1,0\n", "data.csv, line 3: 1 cell, where the header has 2"),
        (b"a,b\n0,1\n1,1,Secret\n", "data.csv, line 3: 3 cells, where the header has 2"),
        (b"a,b\r\n0,1\r\n1,1,0\r\n", "data.csv, line 3: 3 cells"),
        (b'a,b,note\n0,1,"Secret\none\n\nmore"\n\n1,1\n', "data.csv, line 7: 2 cells, where the header has 3"),
        (b'a,b,note\n0,1,"a ""b""\nc"\n1,1,"Secret\nd",e\n', "data.csv, line 4: 4 cells"),
        (b"\n\na,b\n0,1\n1\n", "data.csv, line 5: 1 cell"),
        (b"a,b,a\n0,1,1\n", r"data.csv, line 1: column a is there twice \(columns 1 and 3\)"),
        (b"\na;b;b;b\n0;1;1;1\n", r"data.csv, line 2: column b is there twice \(columns 2 and 3 and 4\)"),
        (b"a,b,other, other\n0,1,1,1\n", "data.csv, line 1: column other is there twice"),
        (b"a,b\n0,1\n1,\xff\n", "data.csv, line 3: not in UTF-8"),
        (b"a,\xff\n0,1\n", "data.csv, line 1: no header row in UTF-8"),
        (b'a,b\n0,1\n"1,1\n0,0\n', "data.csv, line 3: a quote is not closed"),
        (b"", "data.csv has no rows"),
        (b"a,b\n", "data.csv has no rows"),
        (b"a,b\n0,Secret\n", "data.csv: Column b, data row 1: not 0 or 1"),
    ],
)
def test_what_is_no_table_is_refused_by_place(content: bytes, problem: str, tmp_path: Path) -> None:
    path = tmp_path / "data.csv"
    path.write_bytes(content)
    with pytest.raises(UnfitDataError, match=problem) as raised:
        headcount(path)
    assert "Secret" not in str(raised.value)


def test_a_ragged_line_far_down_is_found_by_its_line(tmp_path: Path) -> None:
    path = tmp_path / "data.csv"
    path.write_text("a,b,c\n" + "0,1,x\n" * 300_000 + "0,1\n" + "0,1,x\n" * 300_000, encoding="utf-8")
    with pytest.raises(UnfitDataError, match="data.csv, line 300002: 2 cells, where the header has 3"):
        headcount(path, ["a"])


@pytest.mark.parametrize(
    "content",
    [
        b"a,b\n1,1\n0,1\n",
        b"\xef\xbb\xbfa,b\r\n1,1\r\n0,1\r\n",
        b"\n\na;b\n1;1\n\n0;1\n\n",
        b"a\tb\tname, of\n1\t1\tx,y\n0\t1\tz",
        b'"a"|" b"|A\n"1"|"1"|x\n"0"|"1"|y\n',
        b'a,b,,\n1,1,,\n0,1,"x\n\ny",\n',
    ],
)
def test_tables_as_programs_write_them(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "data[1].csv"
    path.write_bytes(content)
    assert headcount(path) == 0.5


def test_a_column_that_two_have_in_parquet(tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.table(
        [pa.array([{"x": 1, "a": [1]}]), pa.array([1]), pa.array([1]), pa.array([0])], ["s", "a", "A", "b"]
    )
    pq.write_table(table, tmp_path / "data.parquet")
    assert headcount(tmp_path / "data.parquet", ["a", "A"]) == 1
    pq.write_table(table.rename_columns(["s", "a", "b", "a"]), tmp_path / "data.parquet")
    with pytest.raises(UnfitDataError, match=r"data.parquet, header: column a is there twice \(columns 2 and 4\)"):
        headcount(tmp_path / "data.parquet")


@pytest.mark.parametrize("content", [b"", b"no Parquet"])
def test_what_is_no_parquet(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "data.parquet").write_bytes(content)
    with pytest.raises(UnfitDataError, match="data.parquet cannot be read as Parquet"):
        headcount(tmp_path / "data.parquet")


def test_a_sum_of_weights_of_zero_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "data.csv"
    path.write_text("a,b,w\n1,1,0\n0,1,0.0\n,1,5\n", encoding="utf-8")
    with pytest.raises(UnfitDataError, match="data.csv: Column w: the weights sum to 0"):
        headcount(path, weight="w")


def test_more_than_memory_holds_is_spilled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A limit far below the table: the same figures."""
    path = tmp_path / "data.parquet"
    duckdb.execute(
        "copy (select (i % 2)::utinyint as a, (i % 3 = 0) as b, i % 997 + 0.5 as w,"
        f" 'a group of a long name ' || i % 9000 as g from range(600000) as t (i)) to '{path}'"
    )
    weights = parse_weights("equal", AB)
    expected = measure(path, AB, weights, Fraction(1), "w", ["g"])
    monkeypatch.setattr("measures.measure._MEMORY", "40MB")
    assert measure(path, AB, weights, Fraction(1), "w", ["g"]) == expected
    monkeypatch.setattr("measures.measure._MEMORY", "1MB")
    with pytest.raises(UnfitDataError, match="data.parquet needs more than 1MB of memory"):
        measure(path, AB, weights, Fraction(1), "w", ["g"])


def test_neither_csv_nor_parquet(tmp_path: Path) -> None:
    (tmp_path / "data.xlsx").write_bytes(b"")
    with pytest.raises(WrongCallError, match="neither .csv nor .parquet"):
        headcount(tmp_path / "data.xlsx")
