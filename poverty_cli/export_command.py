"""`poverty export`: a release in another database."""

from typing import Annotated

import typer

from base.home import Home
from base.release_layout import read_datapackage
from poverty_cli.terminal import Terminal

export = typer.Typer(name="export", no_args_is_help=True, help="The current release in another database.")
console = Terminal()
errors = Terminal(stderr=True)


@export.callback()
def _group() -> None:
    """Keep `postgres` a command of its own."""


@export.command()
def postgres(
    url: Annotated[
        str, typer.Option("--url", envvar="POVERTY_POSTGRES_URL", help="postgresql://login@host/database, 15 or newer.")
    ],
) -> None:
    """Load the current release beside the old one and switch readers to it in one transaction."""
    from publication.postgres import NotExportedError, export_release  # psycopg only when it is asked for

    home = Home.from_environment()
    package = read_datapackage(home.current)
    if package is None:
        errors.print("Nothing is published yet, so there is nothing to export. `poverty run` does everything.")
        raise typer.Exit(1)
    try:
        tables = export_release(home.current.resolve(), url)
    except NotExportedError as error:
        errors.print(str(error), soft_wrap=True, markup=False)
        raise typer.Exit(1) from None
    console.print(f"Exported: release {package['id']}, {tables} tables.", soft_wrap=True)
