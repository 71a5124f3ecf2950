"""The command `poverty measure`: its options, its exit codes and how it prints the long table."""

import csv
import io
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Annotated, TypeVar

import typer
from rich.table import Table

from base.foreign_text import csv_cell
from measures.cutoff import parse_cutoff
from measures.measure import Measured, Row, measure_groupings
from measures.printed_numbers import WrongCallError
from measures.table_file import UnfitDataError
from measures.units import Design, LeftOut
from measures.weights import Weights, parse_weights
from poverty_cli.terminal import Terminal, foreign

_Value = TypeVar("_Value")
_LONG = ["grouping", "group", "cutoff"]


def measure(
    data: Annotated[Path, typer.Option(exists=True, dir_okay=False, readable=True, help="A .csv or .parquet file.")],
    indicators: Annotated[
        str, typer.Option(help="Columns of 0 and 1 (or true and false), separated by commas: a,b,c.")
    ],
    cutoff: Annotated[
        list[str],
        typer.Option(
            help="Poverty cut-off k: poor from this weighted share on, such as 1/3; 2 with weights 1,1,1,1. "
            "Repeat it for several."
        ),
    ],
    weights: Annotated[
        str,
        typer.Option(
            help="1/4,1/4,1/2 or 2,1,1; or equal; or nested:a+b,c (dimensions weigh the same; so do indicators in one)."
        ),
    ] = "equal",
    weight_column: Annotated[str | None, typer.Option(help="Column that says how much a row counts.")] = None,
    by: Annotated[
        list[str] | None,
        typer.Option(
            help="Columns to measure by, separated by commas: every combination of their values. "
            "Repeat it for several groupings; '' is all rows."
        ),
    ] = None,
    long: Annotated[
        bool,
        typer.Option("--long", help="Also sizes, shares and bands, in the columns of several groupings or cut-offs."),
    ] = False,
    standard_errors: Annotated[
        bool, typer.Option("--standard-errors", help="Also standard errors; --cluster and --stratum imply it.")
    ] = False,
    cluster: Annotated[str | None, typer.Option(help="Column of the clusters (primary sampling units).")] = None,
    stratum: Annotated[str | None, typer.Option(help="Column of the strata that clusters were drawn in.")] = None,
    as_table: Annotated[bool, typer.Option("--table", help="A table to read instead of CSV.")] = False,
) -> None:
    """Alkire-Foster measures of any file: H, A, M0, headcounts and contributions, computed as in the warehouse."""
    design = Design(cluster or None, stratum or None) if standard_errors or cluster or stratum else None
    try:
        columns = names(indicators, "--indicators")
        groupings = _each_once([tuple(names(one, "--by")) if one else () for one in by or [""]], by or [], "--by")
        weighed = parse_weights(weights, columns)
        cutoffs = _each_once([parse_cutoff(one, weighed) for one in cutoff], cutoff, "--cutoff")
        is_long = long or design is not None or len(groupings) > 1 or len(cutoffs) > 1
        measured = measure_groupings(
            data, columns, weighed, cutoffs, groupings, weight_column, has_sizes=is_long, design=design
        )
    except (WrongCallError, UnfitDataError) as problem:
        _tell(str(problem))
        raise typer.Exit(2 if isinstance(problem, WrongCallError) else 1) from None
    _tell_notes(weighed, measured)
    headings = _LONG if is_long else list(groupings[0])
    lines = _long_lines(measured, cutoff) if is_long else ((row.groups, row) for row in measured[0].by_cutoff[0])
    (_print_table if as_table else _write_csv)(headings, lines)


def _each_once(values: list[_Value], texts: Sequence[str], option: str) -> list[_Value]:
    """The values of a repeated option, of which no two are the same."""
    for place, value in enumerate(values):
        if value in values[:place]:
            raise WrongCallError(f"{option}: {texts[place]} is given twice.")
    return values


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


def _tell_notes(weights: Weights, measured: Sequence[Measured]) -> None:
    """How weights were read, and which rows are left out: once where that is the same in every grouping."""
    if weights.note:
        _tell(weights.note)
    is_same = all(one.left_out == measured[0].left_out for one in measured)
    for one in measured[:1] if is_same else measured:
        if one.left_out.rows:
            grouping = "" if is_same else f"By {_joined(one.by) or 'nothing'}: "
            _tell(f"{grouping}{_sentence(one.left_out)}")


def _sentence(left_out: LeftOut) -> str:
    weight = "" if left_out.share_of_weight is None else f" ({left_out.share_of_weight:.2%} of the weight)"
    columns = ", ".join(f"{name} ({count:,})" for name, count in left_out.columns.items())
    return f"Left out: {left_out.rows:,} of {left_out.of_rows:,} rows{weight}, where a cell is missing: {columns}."


def _long_lines(measured: Sequence[Measured], cutoffs: Sequence[str]) -> Iterator[tuple[Sequence[str], Row]]:
    """Every row with its grouping, its group and the cut-off as the call has it."""
    for one in measured:
        grouping = _joined(one.by)
        for cutoff, rows in zip(cutoffs, one.by_cutoff, strict=True):
            for row in rows:
                # One value stands as it is; several are a line of CSV, so that their own commas divide nothing.
                group = row.groups[0] if len(row.groups) == 1 else _joined(row.groups)
                yield (grouping, group, cutoff.strip()), row


def _joined(texts: Sequence[str]) -> str:
    """Texts with commas between them, as a line of CSV: what has a comma or a quote is quoted."""
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow(texts)
    return line.getvalue()


def _write_csv(headings: Sequence[str], lines: Iterable[tuple[Sequence[str], Row]]) -> None:
    """The table on standard output, every number with all its digits."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow([*map(csv_cell, headings), "measure", "indicator", "value"])
    for cells, row in lines:
        writer.writerow(
            [
                *map(csv_cell, cells),
                row.measure,
                csv_cell(row.indicator or ""),
                "" if row.value is None else repr(row.value),
            ]
        )


def _print_table(headings: Sequence[str], lines: Iterable[tuple[Sequence[str], Row]]) -> None:
    """The table for reading, numbers with six digits."""
    table = Table()
    for heading in (*headings, "measure", "indicator"):
        table.add_column(foreign(heading), overflow="fold")
    table.add_column("value", justify="right")
    for cells, row in lines:
        value = "" if row.value is None else f"{row.value:.6f}"
        table.add_row(*map(foreign, cells), row.measure, foreign(row.indicator or ""), value)
    Terminal().print(table)
