"""The measures of a file, with the SQL that the warehouse runs (`dbt/macros/measures.sql`)."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import duckdb

from base.sql_macros import dbt_macro
from measures.table_file import UnfitDataError, table_file
from measures.units import Cells, Design, LeftOut
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
SIZES = (
    "rows",
    "population",
    "population_share",
    "contribution_to_headcount_ratio",
    "contribution_to_adjusted_headcount_ratio",
)
BANDS = ("vulnerable_ratio", "severe_ratio")
# As the global index of OPHI and UNDP has them.
VULNERABLE_FROM, SEVERE_FROM = Fraction(1, 5), Fraction(1, 2)
_ORDER = {
    name: place
    for place, name in enumerate(
        name
        for measure_name in (*SIZES, *MEASURES[:3], *BANDS, *MEASURES[3:])
        for name in (measure_name, f"{measure_name}_standard_error")
    )
}
_MEMORY = "1GB"
_DIGITS_OF_AN_ERROR = 12  # the rest depends on the order of summing, and means nothing


@dataclass(frozen=True)
class Row:
    """One line of the long table."""

    groups: tuple[str, ...]
    measure: str
    indicator: str | None
    value: float | None


@dataclass(frozen=True)
class Measured:
    """The tables of one grouping, one for each cut-off of the call, and which rows of the file they leave out."""

    by: tuple[str, ...]
    by_cutoff: list[list[Row]]
    left_out: LeftOut


def measure(
    data: Path,
    indicators: Sequence[str],
    weights: Weights,
    cutoff: Fraction,
    weight_column: str | None = None,
    by: Sequence[str] = (),
) -> tuple[list[Row], LeftOut]:
    """The table of a file, one row per group, measure and indicator; and which rows of the file it leaves out."""
    measured = measure_groupings(data, indicators, weights, [cutoff], [by], weight_column, has_sizes=False)[0]
    return measured.by_cutoff[0], measured.left_out


def measure_groupings(
    data: Path,
    indicators: Sequence[str],
    weights: Weights,
    cutoffs: Sequence[Fraction],
    groupings: Sequence[Sequence[str]],
    weight_column: str | None = None,
    *,
    has_sizes: bool = True,
    design: Design | None = None,
) -> list[Measured]:
    """The tables of several groupings at several cut-offs; with sizes and bands, and standard errors given a design."""
    wanted = [*indicators, *([weight_column] if weight_column else []), *(name for by in groupings for name in by)]
    suffixes = [str(number) for number in range(1, len(indicators) + 1)]
    with _connection(data) as connection:
        file = table_file(connection, data, wanted + (design.columns if design else []))
        cells = Cells(connection, file, indicators, weight_column, groupings, design)
        measured = []
        for grouping in cells.check(weights.denominator):
            cells.units(grouping)
            groups = [f"by_{number}" for number in range(1, len(grouping.by) + 1)]
            arguments = {
                "by": groups,
                "indicators": suffixes,
                "weights": weights.numerators,
                "denominator": weights.denominator,
                "thresholds": [weights.threshold(cutoff) for cutoff in cutoffs],
                "size": "size",
                "type": grouping.size_type,
                "bands": [weights.threshold(VULNERABLE_FROM), weights.threshold(SEVERE_FROM)] if has_sizes else None,
            }
            found = connection.execute(dbt_macro("measure_table")("units", **arguments)).fetchall()
            if design:
                cells.sample(grouping)
                errors = dbt_macro("measure_standard_errors")("sampled", "strata", **{**arguments, "type": "double"})
                found += [
                    (*row[:-1], None if row[-1] is None else float(f"{row[-1]:.{_DIGITS_OF_AN_ERROR}g}"))
                    for row in connection.execute(errors).fetchall()
                ]
            measured.append(Measured(grouping.by, _tables(found, len(cutoffs), indicators), grouping.left_out))
    return measured


def _tables(found: Sequence[Sequence[Any]], cutoffs: int, indicators: Sequence[str]) -> list[list[Row]]:
    """Rows (groups …, cut-off, measure, indicator, value) as one sorted table for each cut-off."""
    place_of = {None: -1} | {str(number): number - 1 for number in range(1, len(indicators) + 1)}
    tables: list[list[Row]] = [[] for _ in range(cutoffs)]
    for *by, cutoff, name, suffix, value in sorted(
        found, key=lambda row: (*row[:-4], _ORDER[row[-3]], place_of[row[-2]])
    ):
        indicator = None if suffix is None else indicators[place_of[suffix]]
        tables[cutoff - 1].append(Row(tuple(by), name, indicator, value))
    return tables


@contextmanager
def _connection(data: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """DuckDB that takes little memory and spills the rest into a folder that goes with it."""
    with (
        tempfile.TemporaryDirectory(prefix="poverty-measure-") as folder,
        duckdb.connect(config={"memory_limit": _MEMORY, "temp_directory": folder}) as connection,
    ):
        try:
            yield connection
        except duckdb.OutOfMemoryException:
            raise UnfitDataError(
                f"{data.name} needs more than {_MEMORY} of memory and the space for temporary files (TMPDIR)."
            ) from None
