"""The command `poverty trace`: its options and how it prints a trace."""

import csv
import io
import json
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from audit.figure_names import UnknownFigureError
from audit.releases import UnknownReleaseError, find_release
from audit.trace import MissingRowsError, Trace, trace_figure
from base.foreign_text import csv_cell, without_hidden
from base.foreign_text import shown as as_shown
from base.home import Home
from poverty_cli.terminal import Terminal

_SHOWN = 40


class Boundary(StrEnum):
    """Which units an area is made of."""

    AS_REVIEWED = "as_reviewed"
    HARMONISED = "harmonised"


class Unit(StrEnum):
    """What a movement counts."""

    HOUSEHOLD = "household"
    PERSON = "person"


class Weighting(StrEnum):
    """How the indicators of a measure weigh."""

    NESTED = "nested"
    EQUAL = "equal"


class Format(StrEnum):
    """How the trace is written."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"


def trace(
    year: Annotated[int, typer.Option(help="Survey year of the figure.")],
    area: Annotated[str, typer.Option(help="Code of the territory, a district or a commune; rural or urban.")],
    measure: Annotated[
        str, typer.Option(help="Such as poor_households, poor_rate, deprived_households, newly_arisen.")
    ],
    boundary: Annotated[
        Boundary, typer.Option(help="The units of the cut-off date, or those of the harmonised date.")
    ] = (Boundary.AS_REVIEWED),
    poverty_class: Annotated[
        str | None, typer.Option("--class", help="Class of an indicator, list of a movement.")
    ] = None,
    indicator: Annotated[str | None, typer.Option(help="Of deprived_households and deprivation_rate.")] = None,
    need: Annotated[str | None, typer.Option(help="Of need_households.")] = None,
    cause: Annotated[str | None, typer.Option(help="Of cause_households.")] = None,
    ethnicity: Annotated[str | None, typer.Option(help="Of ethnicity_households and ethnicity_persons.")] = None,
    weighting: Annotated[Weighting, typer.Option(help="Of headcount_ratio, intensity, adjusted_headcount_ratio.")] = (
        Weighting.NESTED
    ),
    unit: Annotated[Unit, typer.Option(help="What a movement or a measure counts.")] = Unit.HOUSEHOLD,
    release: Annotated[str, typer.Option(help="A release's id, current or previous.")] = "current",
    form: Annotated[Format, typer.Option("--format", help="table is for reading; csv and json hold every row.")] = (
        Format.TABLE
    ),
    output: Annotated[Path | None, typer.Option(help="A file to write to instead of the screen.")] = None,
) -> None:
    """From a published figure to the files, sheets and rows behind it, added up again. Exit 1 if the sum differs."""
    try:
        traced = trace_figure(
            find_release(Home.from_environment(), release),
            year,
            area,
            measure,
            boundary=boundary.value,
            poverty_class=poverty_class,
            indicator=indicator,
            need=need,
            unit=unit.value,
            cause=cause,
            ethnicity=ethnicity,
            weighting=weighting.value,
        )
    except (MissingRowsError, UnknownFigureError, UnknownReleaseError) as problem:
        Terminal(stderr=True).print(str(problem), soft_wrap=True, markup=False)
        raise typer.Exit(2) from None
    if form is Format.TABLE and output is None:
        _print(Terminal(), traced)
    else:
        text = _csv(traced) if form is Format.CSV else _json(traced) if form is Format.JSON else _plain(traced)
        if output is None:
            typer.echo(without_hidden(text, kept="\n\t"), nl=False)
        else:
            output.write_text(text, encoding="utf-8")
            Terminal().print(f"{_conclusion(traced)} Written to {output}", soft_wrap=True, markup=False)
    if not traced.gives_figure_again:
        raise typer.Exit(1)


def _rows(traced: Trace) -> list[dict[str, Any]]:
    """One row for each record, with its file's checksum and the test that decided it."""
    checksums = {file.source_file_id: file.sha256 for file in traced.files}
    return [
        {**asdict(record), "sha256": checksums[record.source_file_id], "decided_by": traced.test_of(record)}
        for record in traced.records
    ]


def _csv(traced: Trace) -> str:
    target = io.StringIO()
    rows = _rows(traced)
    writer = csv.DictWriter(target, list(rows[0]) if rows else ["part"], lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: csv_cell(value) for name, value in row.items()} for row in rows)
    return target.getvalue()


def _json(traced: Trace) -> str:
    document = {**asdict(traced), "records": _rows(traced), "gives_figure_again": traced.gives_figure_again}
    return json.dumps(document, ensure_ascii=False, indent=1, default=str) + "\n"


def _plain(traced: Trace) -> str:
    target = io.StringIO()
    _print(Terminal(file=target, width=160), traced, shown=None)
    return target.getvalue()


def _conclusion(traced: Trace) -> str:
    """One sentence: the sum, the published value, and whether they are equal."""
    parts = f" ({traced.numerator} / {traced.denominator})" if traced.denominator is not None else ""
    verdict = "the records give the figure again" if traced.gives_figure_again else "THE SUM IS ANOTHER ONE"
    return f"Published {_value(traced.published_value)}, traced {_value(traced.traced_value)}{parts}: {verdict}."


def _value(value: float | int | None) -> str:
    return "no value" if value is None else repr(value)


def _print(console: Console, traced: Trace, shown: int | None = _SHOWN) -> None:
    breakdown = "".join(f", {name} {value}" for name, value in traced.breakdown.items())
    console.print(
        f"{traced.measure}{breakdown} of {traced.area_name} ({traced.area_level} {traced.area_code}, "
        f"{traced.boundary}) in {traced.survey_year}: {traced.table}, release {traced.release_id}",
        soft_wrap=True,
        markup=False,
    )
    console.print(f"Counts {traced.meaning}.", soft_wrap=True, markup=False)
    for standard in traced.standards:
        cutoff = f"B1 at most {standard.income_score_cutoff_b1:g}, " if standard.income_score_cutoff_b1 else ""
        average = f", average line {standard.average_living_line_vnd:,}" if standard.average_living_line_vnd else ""
        console.print(
            f"Standard {standard.standard_code} ({standard.first_survey_year}-{standard.last_survey_year}), "
            f"{standard.area_class}: {cutoff}income line {standard.income_line_vnd:,} đồng per person and month"
            f"{average}; poor from {standard.min_deprived_indicators} deprived indicators. {standard.legal_basis}",
            soft_wrap=True,
            markup=False,
        )
    # Lines and not tables: checksums and tests are long, and a narrow table would break them.
    console.print("\nFiles")
    for file in traced.files[:shown]:
        console.print(
            f"  {file.source_file_id}: {file.survey_year}, commune {file.commune_code}, form {file.form}, submission "
            f"{file.submission_number}, {file.maturity}, received {file.received_at:%Y-%m-%d %H:%M} UTC, "
            f"{file.records:,} rows here, sha256 {file.sha256}",
            soft_wrap=True,
            markup=False,
        )
    console.print("\nRows")
    for record in traced.records[:shown]:
        test = traced.test_of(record)
        what = f"household {record.household_id[:12]}" if record.household_id else f"total {record.column}"
        part = record.line or (record.part if traced.denominator is not None else "")
        console.print(
            f"  file {record.source_file_id}, sheet {as_shown(record.sheet)}, row {record.source_row}: {what}, "
            f"{part}{', ' if part else ''}adds {record.adds}{'; ' if test else ''}{test}",
            soft_wrap=True,
            markup=False,
        )
    if shown is not None and (len(traced.records) > shown or len(traced.files) > shown):
        console.print(
            f"{len(traced.records):,} rows of {len(traced.files):,} files in all; --format csv lists every one.",
            soft_wrap=True,
        )
    for correction in traced.corrections:
        console.print(
            f"Correction {correction.correction_id} ({correction.status}): file {correction.source_file_id}, sheet "
            f"{correction.sheet}, row {correction.row_number}, {correction.column_name}; {as_shown(correction.reason)} "
            f"(decided by {as_shown(correction.decided_by)}, {correction.decided_on})",
            soft_wrap=True,
            markup=False,
        )
    if not traced.corrections:
        console.print("No correction touches these rows.")
    console.print(_conclusion(traced), soft_wrap=True, markup=False)
