"""`poverty territory`: looking at a folder that describes a territory."""

from pathlib import Path
from typing import Annotated

import typer

from base.reference import load_territory
from base.reference_build import territory_problems
from poverty_cli.terminal import Terminal

territory = typer.Typer(name="territory", no_args_is_help=True, help="Folders that describe a territory.")
console = Terminal()


@territory.callback()
def _group() -> None:
    """Keep `check` a command of its own."""


@territory.command()
def check(
    folder: Annotated[Path, typer.Argument(exists=True, file_okay=False, help="A folder with territory.csv.")],
) -> None:
    """Say in sentences what is wrong with a territory's folder: units, succession, dates. Exit 1 if anything is."""
    problems = territory_problems(folder)
    for problem in problems:
        console.print(problem, soft_wrap=True, markup=False)
    if problems:
        raise typer.Exit(1)
    found = load_territory(folder)
    console.print(f"{found.area_name} ({found.area_code}): nothing is wrong.", soft_wrap=True)
