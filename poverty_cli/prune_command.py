"""The command `poverty prune`: what is kept longer than it needs to be, and deleting it."""

from collections.abc import Sequence
from typing import Annotated

import typer

from base.home import Home
from base.leftovers import sweep
from operations.prune import Prunable, prunable
from operations.prune import prune as delete
from poverty_cli.terminal import Terminal


def prune(yes: Annotated[bool, typer.Option("--yes", help="Delete it; without, it is only named.")] = False) -> None:
    """Name old releases, runs, logs and an old build, and with --yes delete them; settings say how old."""
    home = Home.from_environment().create()
    if yes:
        sweep(home)
    found = delete(home, _remove_runs) if yes else prunable(home)
    for item in found:
        Terminal().print(f"{'Deleted' if yes else 'Would delete'}: {_named(item)}", soft_wrap=True, highlight=False)
    if not found:
        Terminal().print("Nothing is kept longer than the settings say.")
    elif not yes:
        size = sum(item.size for item in found) / 2**20
        Terminal().print(f"Nothing was deleted. `poverty prune --yes` makes room of {size:,.1f} MB.", soft_wrap=True)


def _named(item: Prunable) -> str:
    return f"{item.what} ({item.size / 2**20:,.1f} MB)"


def _remove_runs(home: Home, runs: Sequence[str]) -> None:
    from dagster_project.instance import delete_runs  # Dagster takes seconds to import

    delete_runs(home, runs)
