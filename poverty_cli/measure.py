"""`poverty measure`: Alkire-Foster measures of any CSV or Parquet file, with the SQL that the warehouse runs.

What belongs here: reading and checking the file, rendering `dbt/macros/measures.sql`. What does not: a formula.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import duckdb
from jinja2 import Environment

from ingestion.reference import REPOSITORY
from poverty_cli.measure_arguments import Weights, WrongCallError

MEASURES = (
    "headcount_ratio",
    "intensity",
    "adjusted_headcount_ratio",
    "uncensored_headcount_ratio",
    "censored_headcount_ratio",
    "absolute_contribution",
    "relative_contribution",
)
_MACROS = REPOSITORY / "dbt" / "macros"
_DECIMAL = "decimal(38, 10)"
_ROW = '"row number of poverty measure"'


class UnfitDataError(ValueError):
    """The file does not hold what the call says: exit code 1. Names a place, never a value."""


@dataclass(frozen=True)
class Row:
    """One line of the long table."""

    groups: tuple[str, ...]
    measure: str
    indicator: str | None
    value: float | None


def measure(
    data: Path,
    indicators: Sequence[str],
    weights: Weights,
    cutoff: Fraction,
    weight_column: str | None = None,
    by: Sequence[str] = (),
) -> list[Row]:
    """The long table of a file: one row per group, measure and indicator."""
    with duckdb.connect() as connection:
        _load(connection, data)
        _check_columns(connection, [*indicators, *([weight_column] if weight_column else []), *by])
        _check_cells(connection, indicators, weight_column, by)
        size_type = _prepare(connection, indicators, weight_column, by)
        groups = [f"by_{number}" for number in range(1, len(by) + 1)]
        suffixes = [str(number) for number in range(1, len(indicators) + 1)]
        threshold = weights.threshold(cutoff)
        sql = _macro("measure_table")(
            "units", groups, suffixes, weights.numerators, weights.denominator, threshold, "size", size_type
        )
        try:
            rows = connection.execute(sql).fetchall()
        except duckdb.OutOfRangeException:
            raise UnfitDataError("The weights are too large or have too many digits to be summed exactly.") from None
    indicator_of = dict(zip(suffixes, indicators, strict=True))
    order = {name: position for position, name in enumerate(indicators)}
    table = [Row(row[: len(by)], row[-3], indicator_of.get(row[-2]), row[-1]) for row in rows]
    return sorted(table, key=lambda row: (row.groups, MEASURES.index(row.measure), order.get(row.indicator or "", -1)))


def _macro(name: str) -> Callable[..., str]:
    """A macro of the dbt project, rendered here: measures.sql and the ratio of areas.sql use nothing of dbt."""
    text = "\n".join((_MACROS / file).read_text(encoding="utf-8") for file in ("areas.sql", "measures.sql"))
    macro: Callable[..., str] = getattr(Environment(autoescape=False).from_string(text).module, name)
    return macro


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _load(connection: duckdb.DuckDBPyConnection, data: Path) -> None:
    """The file as table `data`: a CSV with every cell as text, Parquet with its types; _ROW counts its rows."""
    if data.suffix.lower() == ".parquet":
        reader = "read_parquet(?)"
    elif data.suffix.lower() in (".csv", ".tsv", ".txt"):
        reader = "read_csv(?, header = true, all_varchar = true, nullstr = '')"
    else:
        raise WrongCallError(f"--data: {data.name} is neither .csv nor .parquet.")
    try:
        connection.execute(
            f"create table data as select row_number() over () as {_ROW}, * from {reader}",
            [str(data)],
        )
    except duckdb.Error:  # its text may quote a line of the file
        raise UnfitDataError(f"{data.name} cannot be read as a table with a header row.") from None
    if not connection.execute("select count(*) from data").fetchall()[0][0]:
        raise UnfitDataError(f"{data.name} has no rows.")


def _check_columns(connection: duckdb.DuckDBPyConnection, wanted: Sequence[str]) -> None:
    present = [row[0] for row in connection.execute("select column_name from (describe data)").fetchall()][1:]
    missing = [name for name in wanted if name not in present]
    if missing:
        raise WrongCallError(f"--data: no column {', '.join(missing)}; there are {', '.join(present)}.")


def _check_cells(
    connection: duckdb.DuckDBPyConnection, indicators: Sequence[str], weight_column: str | None, by: Sequence[str]
) -> None:
    """Every cell that counts must be there, and be what it should be."""
    number = "try_cast({0} as double)"
    for name in indicators:
        _refuse(connection, name, "not 0 or 1", f"coalesce({number.format(_quoted(name))} not in (0, 1), true)")
    if weight_column:
        size = number.format(_quoted(weight_column))
        _refuse(
            connection,
            weight_column,
            "not a weight (a number from 0 on)",
            f"coalesce({size} < 0 or not isfinite({size}), true)",
        )
    for name in by:
        _refuse(connection, name, "empty", "false")


def _refuse(connection: duckdb.DuckDBPyConnection, name: str, problem: str, condition: str) -> None:
    empty = f"trim({_quoted(name)}::varchar) is not distinct from '' or {_quoted(name)} is null"
    for what, where in (("empty", empty), (problem, condition)):
        try:
            found = connection.execute(f"select count(*), min({_ROW}) from data where {where}").fetchall()
        except duckdb.Error:  # a date or a list in Parquet
            raise UnfitDataError(f"Column {name} holds no numbers.") from None
        count, first = found[0]
        if count:
            others = f" (and {count - 1:,} more)" if count > 1 else ""
            raise UnfitDataError(f"Column {name}, data row {first}{others}: {what}.")


def _prepare(
    connection: duckdb.DuckDBPyConnection, indicators: Sequence[str], weight_column: str | None, by: Sequence[str]
) -> str:
    """The view `units` that the macro takes; returns the type of its sums, exact unless weights have many digits."""
    size, kind = "1", "hugeint"
    if weight_column:
        exact, text = f"try_cast({_quoted(weight_column)} as {_DECIMAL})", f"{_quoted(weight_column)}::double"
        is_exact = connection.execute(
            f"select bool_and(coalesce({exact}::double = {text}, false)) from data"
        ).fetchall()[0][0]
        kind = _DECIMAL if is_exact else "double"
        size = f"{_quoted(weight_column)}::{kind}"
    columns = [
        *(f"{_quoted(name)}::varchar as by_{number}" for number, name in enumerate(by, 1)),
        *(f"({_quoted(name)}::double = 1) as is_deprived_{number}" for number, name in enumerate(indicators, 1)),
        f"{size} as size",
    ]
    connection.execute(f"create view units as select {', '.join(columns)} from data")
    return kind
