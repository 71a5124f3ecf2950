"""The command `poverty nation`."""

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from poverty_cli.terminal import Terminal


def nation(
    releases: Annotated[
        list[Path], typer.Argument(metavar="HOME_OR_RELEASE...", help="Homes, or folders of releases.")
    ],
    to: Annotated[Path, typer.Option("--to", metavar="FOLDER", help="The new folder of the national database.")],
    no_national_rows: Annotated[
        bool, typer.Option("--no-national-rows", help="Only put the territories beside each other, add nothing up.")
    ] = False,
) -> None:
    """Unite published releases of several homes in one database, with national rows for what adds up."""
    from publication.nation.territory_releases import NoReleaseError, NotUnitedError, years
    from publication.nation.unite import unite

    console, errors = Terminal(), Terminal(stderr=True)
    try:
        made = unite(releases, to, with_national_rows=not no_national_rows)
    except NotUnitedError as problem:
        errors.print(f"Not united: {problem}", soft_wrap=True)
        raise typer.Exit(2 if isinstance(problem, NoReleaseError) else 1) from None
    for release in made.releases:
        signed = f"signed with key {release.fingerprint}" if release.fingerprint else "not signed"
        console.print(
            f"{release.shown}: release {release.description['id']}, {release.description['maturity']}, {signed}",
            soft_wrap=True,
        )
    if no_national_rows:
        console.print("No national rows, as asked.")
    elif made.rows.survey_years:
        console.print(f"National rows: {years(made.rows.survey_years)}.")
    for year in made.rows.years_without:
        why = f"missing in {', '.join(year['missing'])}" if "missing" in year else "compared with different years"
        console.print(f"No national rows of {year['surveyYear']}: {why}.", soft_wrap=True)
    for table, count in Counter(gap["table"] for gap in made.rows.gaps).items():
        console.print(
            f"{table}: in {count} places a territory has no figure, so the nation has none (gaps in datapackage.json).",
            soft_wrap=True,
        )
    console.print(f"Written: {made.folder / 'poverty.duckdb'}", soft_wrap=True)
