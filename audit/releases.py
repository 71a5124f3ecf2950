"""Naming a release: by id, as `current`, or as `previous`."""

from difflib import get_close_matches
from pathlib import Path
from typing import Any

import duckdb

from base.home import Home
from base.release_layout import DATABASE, attach, read_datapackage, releases

CURRENT, PREVIOUS = "current", "previous"


class UnknownReleaseError(ValueError):
    """There is no such release; the message is a sentence that names the kept ones."""


def find_release(home: Home, name: str) -> Path:
    """The folder of a kept release. `previous` is the one before the current release. Raises UnknownReleaseError."""
    kept = releases(home)
    if not home.current.exists():
        raise UnknownReleaseError("Nothing is published yet. `poverty run` does everything.")
    current = home.current.resolve()
    if name == CURRENT:
        return current
    if name == PREVIOUS:
        earlier = [path for path in kept if path.name < current.name]
        if not earlier:
            raise UnknownReleaseError(f"{current.name} is the only release; there is no previous one.")
        return earlier[-1]
    found = next((path for path in kept if path.name == name), None)
    if found is None:
        names = [path.name for path in kept]
        near = get_close_matches(name, names, n=3, cutoff=0.3) or names[-3:]
        raise UnknownReleaseError(
            f"There is no release {name!r}. Give current, previous or an id such as {', '.join(near)}."
        )
    return found


def description_of(release: Path) -> dict[str, Any]:
    """What a release says of itself: its datapackage.json."""
    description = read_datapackage(release)
    assert description is not None, f"{release} is no release"
    return description


def attach_release(connection: duckdb.DuckDBPyConnection, release: Path) -> None:
    """Make a release's database readable as `release`."""
    attach(connection, release / DATABASE, "release")
