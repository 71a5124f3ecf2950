"""The command `poverty hamlets`."""

from typing import Annotated

import typer

from base.home import Home
from base.reference import survey_years
from poverty_cli.terminal import Terminal


def hamlets(
    year: Annotated[int, typer.Option(min=survey_years()[0], max=survey_years()[-1], help="Survey year.")],
    commune: Annotated[str | None, typer.Option(help="Commune code; every commune of the year when left out.")] = None,
) -> None:
    """Poor and near-poor households by hamlet, a workbook per commune in the private folder; one sheet may leave it."""
    from publication.hamlet_counts import write_hamlet_workbooks  # DuckDB and xlsxwriter only when asked for
    from publication.release import NotPublishedError

    try:
        made = write_hamlet_workbooks(Home.from_environment().create(), year, commune)
    except NotPublishedError as problem:
        Terminal(stderr=True).print(str(problem), soft_wrap=True, markup=False)
        raise typer.Exit(1) from None
    console = Terminal()
    place = made[0].path if commune else made[0].path.parent
    workbooks = f"{len(made)} workbook{'s' if len(made) != 1 else ''}"
    console.print(
        f"{workbooks} with {sum(one.hamlets for one in made):,} hamlets: {place}", soft_wrap=True, markup=False
    )
    console.print("Only the owner of this account can open them. Pass on the sheet «Chuyển ra ngoài» alone.")
