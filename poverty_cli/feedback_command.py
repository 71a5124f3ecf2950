"""The command `poverty feedback`: its options, its exit codes and what it says."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from base.home import Home
from base.reference import survey_years
from poverty_cli.terminal import Terminal

if TYPE_CHECKING:
    from reports.feedback.correction_lists import CommuneList

_NAMED_LISTS = 20


def feedback(
    year: Annotated[int, typer.Option(min=survey_years()[0], max=survey_years()[-1], help="Survey year.")],
    commune: Annotated[
        str | None, typer.Option(help="Commune code, of that year or of today; all with open findings when left out.")
    ] = None,
) -> None:
    """Write what communes have to correct in a year, one Excel list for each commune of today with the cells named."""
    from reports.feedback.correction_lists import (  # DuckDB and xlsxwriter only when asked for
        UnknownPlaceError,
        read_lists,
    )
    from reports.feedback.correction_workbook import write_list

    home = Home.from_environment()
    console, errors = Terminal(), Terminal(stderr=True)
    if not home.current.exists():
        errors.print("Nothing is published yet. `poverty run` does everything.", soft_wrap=True)
        raise typer.Exit(1)
    release = home.current.resolve()
    try:
        found = read_lists(home, release, year, commune)
    except UnknownPlaceError as problem:
        errors.print(str(problem), soft_wrap=True, markup=False)
        raise typer.Exit(2) from None
    if commune and found.lists[0].commune_code != commune:
        one = found.lists[0]
        console.print(
            f"Commune {commune} no longer exists: this is the list of its successor {one.commune_code} "
            f"{one.commune_name}.",
            soft_wrap=True,
        )
    folder = home.root / "reports" / "feedback" / release.name
    written = [(one, write_list(folder, one)) for one in found.lists if one.items]
    if len(written) <= _NAMED_LISTS:
        for one, path in written:
            console.print(f"{_counts([one])}: {path}", soft_wrap=True, markup=False, highlight=False)
    else:
        summary = f"{len(written)} communes, {_counts([one for one, _ in written])}: {folder}"
        console.print(summary, soft_wrap=True, markup=False, highlight=False)
    if not written:
        where = f"Commune {commune}" if commune else "No commune"
        what = "has nothing" if commune else "has anything"
        console.print(f"{where} {what} to correct in {year}; no list was written.", soft_wrap=True)
    if found.unplaced and commune is None:
        console.print(
            f"{found.unplaced:,} findings are in files whose commune or year could not be read, and in no list: "
            f"{release / 'reports' / 'audit' / 'communes' / 'unknown.html'}",
            soft_wrap=True,
        )


def _counts(lists: "Sequence[CommuneList]") -> str:
    errors = sum(item.severity == "error" for one in lists for item in one.items)
    warnings = sum(len(one.items) for one in lists) - errors
    name = f"{lists[0].commune_code} {lists[0].commune_name}, " if len(lists) == 1 else ""
    return f"{name}errors {errors:,}, warnings {warnings:,}"
