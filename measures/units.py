"""The rows of a file as units that measures.sql takes, and the rows that cannot be units."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from base.sql import sql_name
from measures.printed_numbers import WrongCallError

_DECIMAL = "decimal(38, 10)"
_LARGEST_EXACT_SUM = 1e27  # of weights times parts: what a decimal of 38 digits, ten of them behind the point, holds
_ROW = '"row number of poverty measure"'
# What R, pandas, numpy and Stata write for nothing. A group may be called NA (Namibia), so groups are only empty.
_MISSING_NUMBER = r"(|na|nan|<na>|null|none|\.[a-z]?)"
_MISSING_GROUP = ""


class UnfitDataError(ValueError):
    """The file does not hold what the call says: exit code 1. Names a place, never a value."""


@dataclass(frozen=True)
class LeftOut:
    """The rows that are no units, because a cell of theirs is missing."""

    rows: int
    of_rows: int
    share_of_weight: float | None
    columns: dict[str, int]
    """How many cells are missing, for each column that has any."""


def load(connection: duckdb.DuckDBPyConnection, data: Path, wanted: Sequence[str]) -> None:
    """The file as table `data`: a CSV with every cell as text, Parquet with its types; _ROW counts its rows."""
    if data.suffix.lower() == ".parquet":
        reader = "read_parquet(?)"
    elif data.suffix.lower() in (".csv", ".tsv", ".txt"):
        reader = "read_csv(?, header = true, all_varchar = true, nullstr = '')"
    else:
        raise WrongCallError(f"--data: {data.name} is neither .csv nor .parquet.")
    try:
        connection.execute(f"create table data as select row_number() over () as {_ROW}, * from {reader}", [str(data)])
    except duckdb.Error:  # its text may quote a line of the file
        raise UnfitDataError(f"{data.name} cannot be read as a table with a header row, in UTF-8.") from None
    if not connection.execute("select count(*) from data").fetchall()[0][0]:
        raise UnfitDataError(f"{data.name} has no rows.")
    present = [row[0] for row in connection.execute("select column_name from (describe data)").fetchall()][1:]
    missing = [name for name in wanted if name not in present]
    if missing:
        raise WrongCallError(f"--data: no column {', '.join(missing)}; there are {', '.join(present)}.")


def units(
    connection: duckdb.DuckDBPyConnection,
    indicators: Sequence[str],
    parts: int,
    weight_column: str | None,
    by: Sequence[str],
) -> tuple[str, LeftOut]:
    """The view `units` that measures.sql takes; the type of its sums, exact unless weights have many digits."""
    numbers = [*indicators, *([weight_column] if weight_column else [])]
    missing = {name: _is_missing(name, _MISSING_NUMBER) for name in numbers}
    missing |= {name: _is_missing(name, _MISSING_GROUP) for name in by if name not in missing}
    for name in indicators:
        _refuse(connection, name, "not 0 or 1", f"{_number(name)} not in (0, 1)", missing[name])
    if weight_column:
        size = _number(weight_column)
        negative = f"{size} < 0 or not isfinite({size})"
        _refuse(connection, weight_column, "not a weight (a number from 0 on)", negative, missing[weight_column])
    left_out = _left_out(connection, missing, weight_column)
    kind = _type_of_sums(connection, missing, weight_column, parts)
    columns = [
        *(f"{sql_name(name)}::varchar as by_{number}" for number, name in enumerate(by, 1)),
        *(f"({_number(name)} = 1) as is_deprived_{number}" for number, name in enumerate(indicators, 1)),
        f"{f'try_cast({_text(weight_column)} as {kind})' if weight_column else '1'} as size",
    ]
    connection.execute(f"create view units as select {', '.join(columns)} from data where not ({_any(missing)})")
    return kind, left_out


def _text(name: str) -> str:
    return f"lower(trim({sql_name(name)}::varchar))"


def _number(name: str) -> str:
    """A cell as a number; true and false, which R and pandas write, are 1 and 0."""
    return f"case {_text(name)} when 'true' then 1 when 'false' then 0 else try_cast({_text(name)} as double) end"


def _is_missing(name: str, pattern: str) -> str:
    return f"coalesce(regexp_full_match({_text(name)}, '{pattern}'), true)"


def _any(missing: dict[str, str]) -> str:
    return " or ".join(missing.values())


def _refuse(connection: duckdb.DuckDBPyConnection, name: str, problem: str, condition: str, missing: str) -> None:
    found = connection.execute(
        f"select count(*), min({_ROW}) from data where not {missing} and coalesce({condition}, true)"
    ).fetchall()
    count, first = found[0]
    if count:
        others = f" (and {count - 1:,} more)" if count > 1 else ""
        raise UnfitDataError(f"Column {name}, data row {first}{others}: {problem}.")


def _left_out(connection: duckdb.DuckDBPyConnection, missing: dict[str, str], weight_column: str | None) -> LeftOut:
    weight = _number(weight_column) if weight_column else "1"
    counts = [f"count(*) filter ({condition})" for condition in missing.values()]
    rows, of_rows, weight_left_out, weight_in_all, *by_column = connection.execute(
        f"select count(*) filter ({_any(missing)}), count(*), sum({weight}) filter ({_any(missing)}), sum({weight}),"
        f" {', '.join(counts)} from data"
    ).fetchall()[0]
    if rows == of_rows:
        raise UnfitDataError(f"Every row lacks a cell of {', '.join(missing)}: nothing is left to measure.")
    share = float(weight_left_out or 0) / float(weight_in_all) if weight_column and weight_in_all else None
    columns = {name: count for name, count in zip(missing, by_column, strict=True) if count}
    return LeftOut(rows, of_rows, share, columns)


def _type_of_sums(
    connection: duckdb.DuckDBPyConnection, missing: dict[str, str], weight_column: str | None, parts: int
) -> str:
    if not weight_column:
        return "hugeint"
    exact = f"try_cast({_text(weight_column)} as {_DECIMAL})"
    is_exact, total = connection.execute(
        f"select bool_and(coalesce({exact}::double = {_number(weight_column)}, false)), sum({_number(weight_column)})"
        f" from data where not ({_any(missing)})"
    ).fetchall()[0]
    return _DECIMAL if is_exact and total * parts < _LARGEST_EXACT_SUM else "double"
