"""Building a release again from the archive, in a home of its own, and comparing every public table."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from audit.release_difference import ReleaseDifference, compare_releases
from audit.releases import description_of
from base.build_date import BUILD_DATE_VARIABLE
from base.home import HOME_VARIABLE, Home
from ingestion.archive import archive_path
from ingestion.kept_decisions import kept_decision

_SHOWN = 5


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
        for step, arguments in (
            ("Reading the archived files", ["ingest", "--reread"]),
            ("Building and checking", ["build"]),
            ("Publishing aside", ["publish"]),
        ):
            tell(f"{step} ...")
            _poverty(again, arguments, description["created"][:10])
        return _as_sentences(compare_releases(release, again.current.resolve()))


@contextmanager
def _temporary_home(home: Home, description: dict[str, Any]) -> Iterator[Home]:
    """A home that holds what the release was made from; it holds personal data, so it lies in `warehouse`."""
    root = home.warehouse / f"verify-{os.getpid()}"
    again = Home(root)
    try:
        root.mkdir(mode=0o700)
        again.create()
        shutil.copytree(home.secrets, again.secrets, dirs_exist_ok=True)
        for entry in _cut_registry(home, again, description["inputs"]["registryHead"]):
            target = archive_path(again, entry["sha256"])
            target.parent.mkdir(mode=0o700, exist_ok=True)
            if not target.is_symlink():
                target.symlink_to(archive_path(home, entry["sha256"]))
        for decision in description["inputs"]["decisions"]:
            kept = kept_decision(home, decision["hash"].removeprefix("hmac-sha256:"))
            shutil.copyfile(kept, again.decisions / decision["name"])
        ledger = description["inputs"]["findingLedger"]
        if ledger is not None:
            shutil.copyfile(kept_decision(home, ledger.removeprefix("sha256:")), again.finding_ledger)
        yield again
    finally:
        shutil.rmtree(root, ignore_errors=True)


def _cut_registry(home: Home, again: Home, head: str) -> list[dict[str, Any]]:
    """Copy the registry up to the entry that the release was made from."""
    entries = []
    with home.registry.open(encoding="utf-8") as source, again.registry.open("w", encoding="utf-8") as target:
        for line in source:
            target.write(line)
            entries.append(json.loads(line))
            if entries[-1]["hash"] == head:
                break
    return entries


def _poverty(home: Home, arguments: list[str], day: str) -> None:
    """Run a command of ours on a home as of an ISO date. Raises CannotRebuildError with its last words."""
    done = subprocess.run(
        [str(Path(sys.executable).parent / "poverty"), *arguments],
        env={**os.environ, HOME_VARIABLE: str(home.root), BUILD_DATE_VARIABLE: day, "NO_COLOR": "1", "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        said = (done.stderr.strip() or done.stdout.strip()).splitlines()
        raise CannotRebuildError(
            f"`poverty {' '.join(arguments)}` failed: {said[0] if said else 'no reason was given'}"
        )


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
