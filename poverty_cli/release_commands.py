"""The commands `poverty diff`, `poverty verify` and `poverty rollback`: their options and how they print."""

import json
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from audit.rebuild import CannotRebuildError, rebuild_and_compare
from audit.release_difference import ReleaseDifference, compare_releases
from audit.releases import UnknownReleaseError, description_of, find_release
from audit.verify import verify_release
from base.foreign_text import without_hidden
from base.home import Home
from base.product import code_version
from base.signature import read_signature
from operations.rollback import CannotRollBackError, newer_release, roll_back
from poverty_cli.terminal import Terminal
from publication.inputs import inputs_of

_HELP = "A release's id, current or previous."
_SHOWN = 30
_MAIN_TABLE = "marts.area_year"


def diff(
    old: Annotated[str, typer.Argument(metavar="OLD", help=_HELP)] = "previous",
    new: Annotated[str, typer.Argument(metavar="NEW", help=_HELP)] = "current",
    as_json: Annotated[bool, typer.Option("--json", help="Everything, every figure, as JSON.")] = False,
) -> None:
    """What changed between two releases: files, rows by table, figures by table, area and cause."""
    home = Home.from_environment()
    listed = None if as_json else {_MAIN_TABLE}
    difference = compare_releases(_release(home, old), _release(home, new), listed)
    if as_json:
        text = json.dumps(asdict(difference), ensure_ascii=False, indent=1, default=str)
        typer.echo(without_hidden(text, kept="\n"))
    else:
        _print(Terminal(), difference)


def verify(
    release: Annotated[str, typer.Argument(metavar="RELEASE", help=_HELP)] = "current",
    checksums_only: Annotated[bool, typer.Option("--checksums-only", help="Do not build it again.")] = False,
    trusted: Annotated[
        str | None, typer.Option("--fingerprint", help="The fingerprint that was given out, also of an earlier key.")
    ] = None,
) -> None:
    """Whether a release is what was published: checksums, registry, archive, and built again from the archive."""
    home = Home.from_environment()
    folder = _release(home, release)
    console = Terminal()
    description = description_of(folder)
    problems = verify_release(home, folder, trusted)
    if not problems:
        console.print(
            f"Release {description['id']}: {len(description['resources']):,} files, {len(description['sources']):,} "
            "archived sources, the decisions and the registry are as recorded.",
            soft_wrap=True,
        )
        signature = read_signature(folder)
        signed = (
            f"Signed with key {signature['fingerprint']}." if signature else "Not signed: older than the first key."
        )
        console.print(signed, soft_wrap=True, markup=False)
    elif not checksums_only:
        console.print("Not built again: first fix what is named below.")
    if not problems and not checksums_only:
        if description.get("inputs", {}).get("codeHash") != inputs_of(home).code_hash:
            console.print(
                f"The release was made with code {description['codeVersion']}, this is {code_version()}: figures may "
                "differ for that reason.",
                soft_wrap=True,
            )
        try:
            problems = rebuild_and_compare(home, folder, lambda text: console.print(text, soft_wrap=True))
        except CannotRebuildError as problem:
            problems = [str(problem)]
        else:
            if not problems:
                console.print("Built again from the archive: every public table is the same.")
    for text in problems:
        Terminal(stderr=True).print(text, soft_wrap=True, markup=False)
    if problems:
        raise typer.Exit(1)


def rollback(
    release: Annotated[str, typer.Argument(metavar="RELEASE", help="A release's id, or previous.")],
) -> None:
    """Make a kept release current again: readers see it when they open the file again."""
    home = Home.from_environment()
    folder = _release(home, release)
    before = home.current.resolve()
    if folder == before:
        Terminal().print(f"Release {folder.name} is current already; nothing changed.", soft_wrap=True)
        return
    try:
        roll_back(home, folder)
    except CannotRollBackError as problem:
        Terminal(stderr=True).print(f"{problem} Nothing changed.", soft_wrap=True)
        raise typer.Exit(1) from None
    Terminal().print(f"Current is {folder.name} now, before it was {before.name}.", soft_wrap=True)
    if newer_release(home):
        Terminal().print(
            "The next `poverty run` publishes what has arrived and was decided since then: fix the cause first. "
            f"`poverty rollback {before.name}` takes this back.",
            soft_wrap=True,
        )


def _release(home: Home, name: str) -> Path:
    try:
        return find_release(home, name)
    except UnknownReleaseError as problem:
        Terminal(stderr=True).print(str(problem), soft_wrap=True, markup=False)
        raise typer.Exit(2) from None


def _print(console: Console, difference: ReleaseDifference) -> None:
    console.print(f"From release {difference.old_id} to {difference.new_id}", soft_wrap=True)
    for note in difference.notes:
        console.print(note, soft_wrap=True, markup=False)
    if not difference.files and not difference.tables:
        console.print("Nothing changed: same files, same rows.")
        return
    for change, count in sorted(Counter(file.change for file in difference.files).items()):
        console.print(f"{count:,} files {change}")
    for file in difference.files[:_SHOWN]:
        console.print(
            f"  {file.change}: {file.source_file_id}, {file.survey_year or 'year unknown'}, commune "
            f"{file.commune_code or 'unknown'}, submission {file.submission_number or 'unknown'}",
            soft_wrap=True,
        )
    tables = Table(title="Rows by table", title_justify="left")
    for heading in ("Table", "Added", "Removed", "Changed"):
        tables.add_column(heading, justify="left" if heading == "Table" else "right")
    for table in difference.tables:
        tables.add_row(table.table, *(f"{n:,}" for n in (table.rows_added, table.rows_removed, table.rows_changed)))
    console.print(tables)
    causes = Table(title="Figures by table and cause", title_justify="left")
    for heading in ("Table", "Cause", "Figures", "Areas"):
        causes.add_column(heading)
    for counted in difference.counts:
        causes.add_row(counted.table, counted.cause, f"{counted.figures:,}", f"{counted.areas:,}")
    console.print(causes)
    for figure in difference.figures[:_SHOWN]:
        breakdown = f" ({figure.breakdown})" if figure.breakdown else ""
        console.print(
            f"  {figure.survey_year} {figure.area_level} {figure.area_code} {figure.boundary}: "
            f"{figure.measure}{breakdown} {figure.old} -> {figure.new}, {figure.cause}",
            soft_wrap=True,
            markup=False,
        )
    more = sum(counted.figures for counted in difference.counts) - min(len(difference.figures), _SHOWN)
    if more:
        console.print(f"  ... {more:,} more; --json lists every figure.")
