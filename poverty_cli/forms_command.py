"""The commands `poverty forms` and `poverty forms check`: options, exit codes and what they say."""

import time
from pathlib import Path
from typing import Annotated

import typer

from base.home import Home
from base.reference import survey_years
from poverty_cli.terminal import Terminal
from reports.forms.check_filled import Remark, against_published, check_sheets
from reports.forms.fill import FiguresDisagreeError
from reports.forms.filled_sheet import UnreadableFormError, read_filled
from reports.forms.make import make_forms, make_private_forms
from reports.forms.published_totals import published_totals
from reports.forms.specification import layouts
from reports.forms.year_figures import NoFormsError, UnknownFormsError

forms = typer.Typer(invoke_without_command=True, help="Official review forms: make them, or check filled ones.")


@forms.callback()
def make(
    context: typer.Context,
    year: Annotated[
        int | None, typer.Option("--year", min=survey_years()[0], max=survey_years()[-1], help="The survey year.")
    ] = None,
    area: Annotated[
        str | None,
        typer.Option("--area", help="Code of the territory, a district or a commune; all areas without it."),
    ] = None,
    layout: Annotated[
        str | None,
        typer.Option("--layout", help=f"A local variant of the layout: {', '.join(layouts())}."),
    ] = None,
    with_household_lists: Annotated[
        bool,
        typer.Option(
            "--with-household-lists",
            help="All fifteen forms, with names and numbers of poor and near-poor households, in the private folder.",
        ),
    ] = False,
    by_hamlet: Annotated[
        bool,
        typer.Option("--by-hamlet", help="A row for each hamlet: a commune's own forms, in the private folder."),
    ] = False,
) -> None:
    """The official review forms of a year as Excel workbooks, one per area, from the published figures."""
    if context.invoked_subcommand:
        return
    if year is None:
        Terminal(stderr=True).print("Say which survey year: `poverty forms --year 2024`.", markup=False)
        raise typer.Exit(2)
    home = Home.from_environment()
    if layout not in (None, *layouts()):
        Terminal(stderr=True).print(f"There is no layout {layout}: give one of {', '.join(layouts())}.", markup=False)
        raise typer.Exit(2)
    started = time.monotonic()
    try:
        if with_household_lists or by_hamlet:
            made = make_private_forms(
                home, year, area, layout=layout, has_lists=with_household_lists, has_hamlets=by_hamlet
            )
        else:
            made = make_forms(home, year, area, layout=layout)
    except (NoFormsError, FiguresDisagreeError) as problem:
        Terminal(stderr=True).print(str(problem), soft_wrap=True, markup=False)
        raise typer.Exit(2 if isinstance(problem, UnknownFormsError) else 1) from None
    count = f"{len(made.files)} workbook{'s' if len(made.files) != 1 else ''}"
    console = Terminal()
    console.print(
        f"{count} in {time.monotonic() - started:.1f} s: {made.files[0] if area else made.folder}",
        soft_wrap=True,
        markup=False,
    )
    if with_household_lists:
        console.print(
            "They hold personal data (two lists of households): only the owner of this account can open them, "
            "and they are part of no release.",
            soft_wrap=True,
        )
    if by_hamlet:
        console.print(
            "Hamlets have small counts: only the owner of this account can open these forms, and they do not leave the "
            "commune. What may leave it is a sheet of `poverty hamlets`.",
            soft_wrap=True,
            markup=False,
        )


@forms.command()
def check(
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="Filled official forms (.xlsx).", exists=True)],
) -> None:
    """Which sums and equalities of filled official forms do not hold, by sheet and cell, in Vietnamese.

    Exits 0 without a fault, 1 with one, 2 when a file cannot be read or holds no official form.
    """
    sheets = []
    for file in files:
        try:
            read = read_filled(file)
        except UnreadableFormError as problem:
            Terminal(stderr=True).print(str(problem), soft_wrap=True, markup=False)
            raise typer.Exit(2) from None
        if not read:
            Terminal(stderr=True).print(
                f"{file.name}: không có biểu nào từ 7.1 đến 7.10.", soft_wrap=True, markup=False
            )
            raise typer.Exit(2)
        sheets += read
    found = [*check_sheets(sheets), *against_published(sheets, published_totals(Home.from_environment(), sheets))]
    _print_remarks(found, [f"{sheet.file} [{sheet.sheet}]: biểu 7.{sheet.form}" for sheet in sheets])
    raise typer.Exit(1 if any(remark.is_fault for remark in found) else 0)


def _print_remarks(found: list[Remark], read: list[str]) -> None:
    console = Terminal()
    for line in read:
        console.print(line, soft_wrap=True, markup=False)
    for is_fault, word in ((True, "Lỗi"), (False, "Lưu ý")):
        for remark in (remark for remark in found if remark.is_fault == is_fault):
            place = f"{remark.file} [{remark.sheet}] {remark.cell}".strip()
            difference = "" if remark.difference is None else f"; lệch {remark.difference.normalize():+f}"
            console.print(
                f"{word} {remark.rule} | {place} | {remark.message}{difference.replace('.', ',')}",
                soft_wrap=True,
                markup=False,
            )
    faults = sum(remark.is_fault for remark in found)
    console.print(f"{faults} lỗi, {len(found) - faults} lưu ý trong {len(read)} biểu.", soft_wrap=True)
