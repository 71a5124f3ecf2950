"""Every table of a build in DuckDB against Spark's table: `python -m spark.compare BUILD_FILE TABLES`."""

import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb

from base.sql import sql_files, sql_name, sql_text

_TOLERANCE = 1e-9


def compare(build_file: Path, tables: Path, *, may_be_empty: bool = False) -> int:
    """Print every difference, and in one line how many tables are equal; 0 where all are."""
    with duckdb.connect() as connection:
        connection.execute(f"attach {sql_text(build_file)} as duckdb_build (read_only)")
        names = connection.execute(
            "select schema_name, table_name from duckdb_tables() where database_name = 'duckdb_build' "
            "and schema_name not in ('reference', 'kept') order by all"
        ).fetchall()
        problems = {
            f"{schema}.{table}": [*differences(connection, schema, table, tables, may_be_empty=may_be_empty)]
            for schema, table in names
        }
        made = {f"{path.parent.name.removesuffix('.db')}.{path.name}" for path in tables.glob("*.db/*")}
    for name in sorted(made - set(problems)):
        problems[name] = ["DuckDB has not made it"]
    for name, found in problems.items():
        for problem in found:
            print(f"{name}: {problem}")
    equal = sum(not found for found in problems.values())
    print(f"{equal} of {len(problems)} tables equal in DuckDB and Spark (names, types, rows both ways)")
    return 0 if problems and equal == len(problems) else 1


def differences(
    connection: duckdb.DuckDBPyConnection, schema: str, table: str, tables: Path, *, may_be_empty: bool = False
) -> Iterator[str]:
    """What differs in one table: columns and their order, types, counts, and rows of one engine only."""
    files = tables / f"{schema}.db" / table
    if not any(files.glob("*.parquet")):
        yield "Spark has not made it"
        return
    one = f"duckdb_build.{sql_name(schema)}.{sql_name(table)}"
    other = f"read_parquet({sql_files(files, '*.parquet')})"
    columns = _columns(connection, one)
    others = _columns(connection, other)
    if list(columns) != list(others):
        yield f"columns {sorted(set(columns) ^ set(others)) or 'in another order'}"
        return
    for name, kind in columns.items():
        if others[name] != kind:
            yield f"{name} is {kind} in DuckDB, {others[name]} in Spark"
    counts = [connection.execute(f"select count(*) from {rows}").fetchall()[0][0] for rows in (one, other)]
    if counts == [0, 0] and not may_be_empty:
        yield "empty, so nothing was compared"
    if counts[0] != counts[1]:
        yield f"{counts[0]:,} rows in DuckDB, {counts[1]:,} in Spark"
    doubles = [name for name, kind in columns.items() if kind == "DOUBLE"]
    only = [_only_in(left, right, columns, doubles) for left, right in ((one, other), (other, one))]
    missing = [connection.execute(f"select count(*) from ({query})").fetchall()[0][0] for query in only]
    if missing == [0, 0]:
        return
    if doubles and missing[0] == missing[1] and _within(connection, only, columns, doubles):
        return
    yield f"{missing[0]:,} rows in DuckDB only, {missing[1]:,} in Spark only"
    for name in columns:
        values = [f"select {sql_name(name)} from {rows}" for rows in (one, other)]
        (count,) = connection.execute(f"select count(*) from ({values[0]} except all {values[1]})").fetchall()[0]
        if count:
            yield f"  {name}: {count:,} values differ"


def _columns(connection: duckdb.DuckDBPyConnection, rows: str) -> dict[str, str]:
    return {row[0]: row[1] for row in connection.execute(f"describe select * from {rows}").fetchall()}


def _only_in(one: str, other: str, columns: dict[str, str], doubles: list[str]) -> str:
    """The rows of one that the other has not, as often as they stand there."""
    names = ", ".join(
        # -0.0 and 0.0 are one number.
        f"{sql_name(name)} + 0 as {sql_name(name)}" if name in doubles else sql_name(name)
        for name in columns
    )
    return f"select {names} from {one} except all select {names} from {other}"


def _within(
    connection: duckdb.DuckDBPyConnection, only: list[str], columns: dict[str, str], doubles: list[str]
) -> bool:
    """Whether the rows that differ are the same ones in the same order, with doubles within the tolerance."""
    exact = [name for name in columns if name not in doubles]
    order = ", ".join(sql_name(name) for name in [*exact, *doubles])
    rows = [connection.execute(f"select * from ({query}) order by {order}").fetchall() for query in only]
    places = {place for place, name in enumerate(columns) if name in doubles}
    return all(
        _is_near(a, b) if place in places else a == b
        for left, right in zip(*rows, strict=True)
        for place, (a, b) in enumerate(zip(left, right, strict=True))
    )


def _is_near(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is other
    return abs(one - other) <= _TOLERANCE * max(1.0, abs(one), abs(other))


if __name__ == "__main__":
    sys.exit(compare(Path(sys.argv[1]), Path(sys.argv[2])))
