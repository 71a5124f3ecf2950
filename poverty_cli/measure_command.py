"""The command `poverty measure`: its options, its exit codes and how it prints the long table."""

import csv
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from base.foreign_text import csv_cell
from measures.cutoff import parse_cutoff
from measures.measure import Row
from measures.measure import measure as measure_file
from measures.printed_numbers import WrongCallError
from measures.table_file import UnfitDataError
from measures.units import LeftOut
from measures.weights import parse_weights
from poverty_cli.terminal import Terminal, foreign


def measure(
    data: Annotated[Path, typer.Option(exists=True, dir_okay=False, readable=True, help="A .csv or .parquet file.")],
    indicators: Annotated[
        str, typer.Option(help="Columns of 0 and 1 (or true and false), separated by commas: a,b,c.")
    ],
    cutoff: Annotated[
        str,
        typer.Option(help="Poverty cut-off k: poor from this weighted share on, such as 1/3; 2 with weights 1,1,1,1."),
    ],
    weights: Annotated[
        str,
        typer.Option(
            help="1/4,1/4,1/2 or 2,1,1; or equal; or nested:a+b,c (dimensions weigh the same; so do indicators in one)."
        ),
    ] = "equal",
    weight_column: Annotated[str | None, typer.Option(help="Column that says how much a row counts.")] = None,
    by: Annotated[str | None, typer.Option(help="Columns to measure by, separated by commas.")] = None,
    as_table: Annotated[bool, typer.Option("--table", help="A table to read instead of CSV.")] = False,
) -> None:
    """Alkire-Foster measures of any file: H, A, M0, headcounts and contributions, computed as in the warehouse."""
    try:
        columns = names(indicators, "--indicators")
        groups = names(by, "--by") if by else []
        weighed = parse_weights(weights, columns)
        rows, left_out = measure_file(data, columns, weighed, parse_cutoff(cutoff, weighed), weight_column, groups)
    except (WrongCallError, UnfitDataError) as problem:
        _tell(str(problem))
        raise typer.Exit(2 if isinstance(problem, WrongCallError) else 1) from None
    if weighed.note:
        _tell(weighed.note)
    if left_out.rows:
        _tell(_sentence(left_out))
    if as_table:
        _print_table(rows, groups)
    else:
        _write_csv(rows, groups)


def names(text: str, option: str) -> list[str]:
    """The names between commas, each once."""
    found = [name.strip() for name in next(csv.reader([text]), [])]
    if not found or not all(found):
        raise WrongCallError(f"{option}: give names separated by commas.")
    repeated = sorted({name for name in found if found.count(name) > 1})
    if repeated:
        raise WrongCallError(f"{option}: {repeated[0]} is named twice.")
    return found


def _tell(sentence: str) -> None:
    """What is no part of the table goes to standard error."""
    Terminal(stderr=True).print(sentence, soft_wrap=True, markup=False, highlight=False)


def _sentence(left_out: LeftOut) -> str:
    weight = "" if left_out.share_of_weight is None else f" ({left_out.share_of_weight:.2%} of the weight)"
    columns = ", ".join(f"{name} ({count:,})" for name, count in left_out.columns.items())
    return f"Left out: {left_out.rows:,} of {left_out.of_rows:,} rows{weight}, where a cell is missing: {columns}."


def _write_csv(rows: Sequence[Row], by: Sequence[str]) -> None:
    """The table on standard output, every number with all its digits."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow([*map(csv_cell, by), "measure", "indicator", "value"])
    for row in rows:
        writer.writerow(
            [
                *map(csv_cell, row.groups),
                row.measure,
                csv_cell(row.indicator or ""),
                "" if row.value is None else repr(row.value),
            ]
        )


def _print_table(rows: Sequence[Row], by: Sequence[str]) -> None:
    """The table for reading, numbers with six digits."""
    table = Table()
    for heading in (*by, "measure", "indicator"):
        table.add_column(foreign(heading), overflow="fold")
    table.add_column("value", justify="right")
    for row in rows:
        value = "" if row.value is None else f"{row.value:.6f}"
        table.add_row(*map(foreign, row.groups), row.measure, foreign(row.indicator or ""), value)
    Terminal().print(table)
