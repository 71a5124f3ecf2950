"""The measures of a file, with the SQL that the warehouse runs (`dbt/macros/measures.sql`)."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import duckdb

from base.sql_macros import dbt_macro
from measures.units import LeftOut, load, units
from measures.weights import Weights

MEASURES = (
    "headcount_ratio",
    "intensity",
    "adjusted_headcount_ratio",
    "uncensored_headcount_ratio",
    "censored_headcount_ratio",
    "absolute_contribution",
    "relative_contribution",
)


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
) -> tuple[list[Row], LeftOut]:
    """The long table of a file, one row per group, measure and indicator; and which rows of the file it leaves out."""
    suffixes = [str(number) for number in range(1, len(indicators) + 1)]
    groups = [f"by_{number}" for number in range(1, len(by) + 1)]
    with duckdb.connect() as connection:
        load(connection, data, [*indicators, *([weight_column] if weight_column else []), *by])
        size_type, left_out = units(connection, indicators, weights.denominator, weight_column, by)
        sql = dbt_macro("measure_table")(
            "units",
            groups,
            suffixes,
            weights.numerators,
            weights.denominator,
            weights.threshold(cutoff),
            "size",
            size_type,
        )
        rows = connection.execute(sql).fetchall()
    indicator_of = dict(zip(suffixes, indicators, strict=True))
    order = {name: position for position, name in enumerate(indicators)}
    table = [Row(row[: len(by)], row[-3], indicator_of.get(row[-2]), row[-1]) for row in rows]
    table.sort(key=lambda row: (row.groups, MEASURES.index(row.measure), order.get(row.indicator or "", -1)))
    return table, left_out
