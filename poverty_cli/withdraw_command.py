"""The commands `poverty withdraw` and `poverty erase`: their options, their exit codes and what they say."""

from collections.abc import Callable
from typing import Annotated

import typer
from rich.console import Console

from base.home import Home
from base.release_layout import read_datapackage, releases
from ingestion import withdrawal
from ingestion.closures import held_files, in_force
from ingestion.extract import SOURCE_FILE_ID_LENGTH
from ingestion.landing import list_landing
from ingestion.registry import Entry, Registry
from ingestion.withdrawal import WrongDecisionError
from poverty_cli.terminal import Terminal

File = Annotated[
    str, typer.Argument(metavar="FILE", help="Its path in landing, its checksum or the first 8 digits of it and more.")
]
Reason = Annotated[str, typer.Option("--reason", help="Why; it stays on record.")]
By = Annotated[str, typer.Option("--by", help="Who decides; it stays on record.")]


def withdraw(file: File, reason: Reason, by: By) -> None:
    """Take back a file that was sent by mistake: the submission before it is in force again."""
    home, console = Home.from_environment().create(), Terminal()
    entry, registry = _decided(withdrawal.withdraw, home, file, reason, by)
    _print_decision(console, "Withdrawn", entry, registry)
    console.print("`poverty run` publishes it. The file itself stays in the archive.", soft_wrap=True)


def erase(file: File, reason: Reason, by: By) -> None:
    """Take back a file and remove it: its bytes, its rows and its name. Not to be undone."""
    home, console = Home.from_environment().create(), Terminal()
    entry, registry = _decided(withdrawal.erase, home, file, reason, by)
    _print_decision(console, "Erased", entry, registry)
    console.print(
        "Its bytes, its rows in raw/, its name in the registry and the build file are gone. `poverty run` builds and "
        "publishes without it.",
        soft_wrap=True,
    )
    for sentence in _what_stays(home, entry):
        console.print(sentence, soft_wrap=True)


def _decided(
    decide: Callable[[Home, str, str, str], tuple[Entry, Registry]], home: Home, file: str, reason: str, by: str
) -> tuple[Entry, Registry]:
    try:
        return decide(home, file, reason, by)
    except WrongDecisionError as problem:
        Terminal(stderr=True).print(str(problem), soft_wrap=True, markup=False)
        raise typer.Exit(2) from None


def _print_decision(console: Console, what: str, entry: Entry, registry: Registry) -> None:
    console.print(f"{what}: {_named(entry)}.", soft_wrap=True, highlight=False)
    if entry["commune_code"] is None or entry["survey_year"] is None:
        return
    left = in_force(registry.current().values(), held_files(registry)).get(
        (entry["commune_code"], entry["survey_year"])
    )
    console.print(
        f"In force for that commune and year: {_named(left)}."
        if left
        else "That commune has no accepted file of that year now.",
        soft_wrap=True,
        highlight=False,
    )


def _named(entry: Entry) -> str:
    """A file without its name, which may name a person."""
    return (
        f"file {entry['sha256'][:SOURCE_FILE_ID_LENGTH]}, {entry['survey_year'] or 'year unknown'}, commune "
        f"{entry['commune_code'] or 'unknown'}, submission {entry['submission_number'] or 'unknown'}"
    )


def _what_stays(home: Home, entry: Entry) -> list[str]:
    """What `erase` leaves, because it is not ours to change or is published."""
    checksum = entry["sha256"]
    stays = []
    if checksum in list_landing(home.landing).checksums.values():
        stays.append("The file still lies in landing, where it is not read again: delete it there.")
    lines = sum(
        checksum[: withdrawal.LEAST_DIGITS] in line.lower()
        for path in (*home.decisions.glob("*.csv"), *(home.archive / "decisions").glob("*"))
        for line in path.read_text(encoding="utf-8", errors="replace").splitlines()
    )
    if lines:
        stays.append(
            f"{lines} lines in decisions/ and archive/decisions/ name the file. A correction repeats values of its "
            "cells: delete those lines, and the copies in archive/decisions/ that hold them."
        )
    kept = [
        release.name
        for release in releases(home)
        if any(
            source["hash"] == f"sha256:{checksum}" and source["status"] != "erased"
            for source in (read_datapackage(release) or {"sources": []})["sources"]
        )
    ]
    if kept:
        hold = "1 release holds" if len(kept) == 1 else f"{len(kept)} releases hold"
        stays.append(
            f"{hold} its households under pseudonyms and cannot be built again: {', '.join(kept)}. "
            "Delete their folders in published/releases once a newer release is current."
        )
    return stays
