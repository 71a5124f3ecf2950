"""The command `poverty template`: its options, its exit codes and what it says."""

from typing import Annotated

import typer

from base.home import Home
from base.reference import survey_years
from poverty_cli.terminal import Terminal


def template(
    year: Annotated[int, typer.Option(min=survey_years()[0], max=survey_years()[-1], help="Survey year.")],
    commune: Annotated[str | None, typer.Option(help="Commune code; every commune of the year when left out.")] = None,
) -> None:
    """Write the survey workbook that a commune fills in, with last year's list, in the private folder."""
    from reports.blank_survey import NoTemplateError, make_templates  # openpyxl and DuckDB only when asked for
    from reports.forms.year_figures import NoFormsError

    console, errors = Terminal(), Terminal(stderr=True)
    home = Home.from_environment().create()
    try:
        made = make_templates(home, year, commune)
    except (NoTemplateError, NoFormsError) as problem:
        errors.print(str(problem), soft_wrap=True, markup=False)
        raise typer.Exit(2 if isinstance(problem, NoTemplateError) else 1) from None
    households = sum(one.households for one in made)
    if commune and made[0].unit.commune_code != commune:
        successor = made[0].unit
        console.print(
            f"Commune {commune} no longer exists in {year}: this is the workbook of its successor "
            f"{successor.commune_code} {successor.commune_name}.",
            soft_wrap=True,
            markup=False,
        )
    console.print(
        f"{len(made)} workbook{'s' if len(made) != 1 else ''} with {households:,} households of {year - 1}: "
        f"{made[0].path if commune else made[0].path.parent}",
        soft_wrap=True,
        markup=False,
    )
    console.print("They hold names: only the owner of this account can open them, and they are part of no release.")
