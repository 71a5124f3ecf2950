"""The command `poverty forms`: its options, its exit codes and what it says."""

import time
from typing import Annotated

import typer

from base.home import Home
from base.reference import survey_years
from poverty_cli.terminal import Terminal
from reports.forms.fill import FiguresDisagreeError
from reports.forms.make import make_forms, make_private_forms
from reports.forms.specification import layouts
from reports.forms.year_figures import NoFormsError, UnknownFormsError


def forms(
    year: Annotated[
        int, typer.Option("--year", min=survey_years()[0], max=survey_years()[-1], help="The survey year.")
    ],
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
) -> None:
    """The official review forms of a year as Excel workbooks, one per area, from the published figures."""
    home = Home.from_environment()
    if layout not in (None, *layouts()):
        Terminal(stderr=True).print(f"There is no layout {layout}: give one of {', '.join(layouts())}.", markup=False)
        raise typer.Exit(2)
    started = time.monotonic()
    make = make_private_forms if with_household_lists else make_forms
    try:
        made = make(home, year, area, layout=layout)
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
