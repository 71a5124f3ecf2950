"""Building a release again from the archive, in a home of its own, and comparing every public table."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb

from audit.release_difference import ReleaseDifference, compare_releases
from audit.releases import description_of
from base.build_date import BUILD_DATE_VARIABLE
from base.home import HOME_VARIABLE, Home
from base.machine import own_environment
from base.release_layout import DATABASE, attach
from ingestion.archive import archive_path
from ingestion.closures import figures_file
from ingestion.ingest import EMPTY, SETTLED
from ingestion.kept_decisions import kept_decision
from ingestion.landing import path_of
from ingestion.published_heads import head_mark
from ingestion.registry import ERASED, FIRST_HASH, is_blanked

_SHOWN = 5
_IDENTITY_CHANGE = "quality.identity_change"


class CannotRebuildError(RuntimeError):
    """The release cannot be built again; the message says why, in a sentence."""


def rebuild_and_compare(home: Home, release: Path, tell: Callable[[str], None]) -> list[str]:
    """Build the release again and compare: sentences about what differs, empty when every public table is the same.

    Columns that describe a run are left out (`release_difference.RUN_COLUMNS`). `tell` is given what is being done.
    Raises CannotRebuildError.
    """
    description = description_of(release)
    if "inputs" not in description:
        raise CannotRebuildError(
            f"{description['id']} did not record its registry entry and decisions, so it cannot be built again."
        )
    with _temporary_home(home, description) as again:
        tell("Reading the archived files, building, checking and publishing aside ...")
        _run(again, description["created"][:10])
        difference = compare_releases(release, again.current.resolve())
        forgotten = relinked_before(difference, release, again.current.resolve())
        if forgotten:
            tell(
                f"{forgotten} household ids were given again before this release (quality.identity_change, relinked). "
                "Only the build file remembers the ids before, so these rows are not made again; all else is compared."
            )
            others = tuple(change for change in difference.tables if change.table != _IDENTITY_CHANGE)
            difference = replace(difference, tables=others)
        return _as_sentences(difference)


def relinked_before(difference: ReleaseDifference, release: Path, again: Path) -> int:
    """How many rows of ids that were given again only the release has, where it differs in nothing else of that table:
    what an earlier build had given is in no archive."""
    change = next((change for change in difference.tables if change.table == _IDENTITY_CHANGE), None)
    if change is None or change.rows_added or change.rows_changed:
        return 0
    with duckdb.connect() as connection:
        counts = []
        for name, folder in (("old", release), ("new", again)):
            attach(connection, folder / DATABASE, name)
            query = f"select count(*) from {name}.{_IDENTITY_CHANGE} where reason = 'relinked'"
            counts.append(connection.execute(query).fetchall()[0][0])
    return change.rows_removed if counts[0] - counts[1] == change.rows_removed else 0


@contextmanager
def _temporary_home(home: Home, description: dict[str, Any]) -> Iterator[Home]:
    """A home that holds what the release was made from."""
    with scratch_home(home) as again:
        shutil.copytree(home.secrets, again.secrets, dirs_exist_ok=True)
        entries = _cut_registry(home, again, description["inputs"]["registryHead"])
        erased = {entry["sha256"] for entry in entries if entry["status"] == ERASED}
        for checksum in {entry["sha256"] for entry in entries if "sha256" in entry} - erased:
            target = archive_path(again, checksum)
            target.parent.mkdir(mode=0o700, exist_ok=True)
            target.symlink_to(archive_path(home, checksum))
        _make_places(again, entries)
        for checksum in {entry["figures"] for entry in entries if "figures" in entry}:
            target = figures_file(again, checksum)
            target.parent.mkdir(mode=0o700, exist_ok=True)
            target.symlink_to(figures_file(home, checksum))
        for decision in description["inputs"]["decisions"]:
            kept = kept_decision(home, decision["hash"].removeprefix("hmac-sha256:"))
            shutil.copyfile(kept, again.decisions / decision["name"])
        ledger = description["inputs"]["findingLedger"]
        if ledger is not None:
            shutil.copyfile(kept_decision(home, ledger.removeprefix("sha256:")), again.finding_ledger)
        yield again


@contextmanager
def scratch_home(home: Home) -> Iterator[Home]:
    """An empty home of this process, gone afterwards. It will hold personal data, so it lies in `warehouse`."""
    for left in home.warehouse.glob("verify-*"):
        if not _is_running(int(left.name.removeprefix("verify-"))):
            shutil.rmtree(left)
    root = home.warehouse / f"verify-{os.getpid()}"
    again = Home(root)
    try:
        root.mkdir(mode=0o700)
        again.create()
        yield again
    finally:
        shutil.rmtree(root, ignore_errors=True)


def _make_places(again: Home, entries: list[dict[str, Any]]) -> None:
    """Put into landing what had no content to read: findings tell of it."""
    for place in {entry["place"]: entry for entry in entries if "place" in entry}.values():
        if place["status"] == SETTLED or place["landing_path"] in (None, "."):
            continue
        path = again.landing / path_of(place["landing_path"])
        path.parent.mkdir(parents=True, exist_ok=True)
        if place["status"] == EMPTY:
            path.touch()
        else:
            path.symlink_to("nowhere")


def _is_running(process_id: int) -> bool:
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _cut_registry(home: Home, again: Home, head: str) -> list[dict[str, Any]]:
    """Copy the registry up to the entry that the release was made from. Raises CannotRebuildError."""
    entries: list[dict[str, Any]] = []
    lines = home.registry.read_text(encoding="utf-8").splitlines(keepends=True) if home.registry.exists() else []
    is_found = head in (FIRST_HASH, head_mark(home, FIRST_HASH))
    with again.registry.open("w", encoding="utf-8") as target:
        for line in lines if not is_found else []:
            target.write(line)
            entries.append(json.loads(line))
            if head == entries[-1]["hash"] or head == head_mark(home, entries[-1]["hash"]):
                is_found = True
                break
    if not is_found:
        raise CannotRebuildError("The registry does not hold the entry that the release was made from.")
    erasures = {number for entry in entries if entry["status"] == ERASED for number in entry["blanked"]}
    if any(is_blanked(entry) and str(entry["sequence"]) not in erasures for entry in entries):
        raise CannotRebuildError(
            "The name of a file that the release knows was erased since: it cannot be built again."
        )
    return entries


def _run(home: Home, day: str) -> None:
    """`poverty run` on a home as of an ISO date. Raises CannotRebuildError with its last words."""
    done = subprocess.run(
        [str(Path(sys.executable).parent / "poverty"), "run"],
        env={
            **own_environment(),
            HOME_VARIABLE: str(home.root),
            BUILD_DATE_VARIABLE: day,
            "NO_COLOR": "1",
            "COLUMNS": "200",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        # Progress comes before the reason. Standard output holds texts of decisions, which are for a terminal only.
        said = done.stderr.strip().splitlines()
        reason = next((line for line in said if " failed: " in line), said[-1] if said else "no reason was given")
        raise CannotRebuildError(f"`poverty run` failed: {reason}")


def _as_sentences(difference: ReleaseDifference) -> list[str]:
    problems = [
        f"{change.table}: {change.rows_added} rows more, {change.rows_removed} fewer, {change.rows_changed} changed."
        for change in difference.tables
    ]
    problems += [
        f"{figure.table} {figure.measure} of {figure.area_code} in {figure.survey_year} ({figure.boundary}"
        f"{', ' + figure.breakdown if figure.breakdown else ''}): released {figure.old}, built again {figure.new}."
        for figure in difference.figures[:_SHOWN]
    ]
    if len(difference.figures) > _SHOWN:
        problems.append(f"... and {len(difference.figures) - _SHOWN} more figures.")
    return problems
