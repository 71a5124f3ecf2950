"""Compare the registry with the entries that the kept releases name.

This finds a registry whose last entries, or which as a whole, were removed; its own hash chain cannot show that.
"""

from collections.abc import Iterator

from base.home import Home
from base.release_layout import read_datapackage, releases
from ingestion.registry import FIRST_HASH, BrokenRegistryError, Registry


def published_heads(home: Home) -> Iterator[tuple[str, str]]:
    """(release id, hash of the last registry entry that the release was made from) of every kept release."""
    for release in releases(home):
        description = read_datapackage(release)
        if description is not None and "inputs" in description:  # older releases did not record it
            yield str(description["id"]), str(description["inputs"]["registryHead"])


def open_registry(home: Home) -> Registry:
    """Read the registry of a home. Raises BrokenRegistryError when its chain is broken or a release knew more."""
    registry = Registry.open(home.registry)
    known = {FIRST_HASH, *(entry["hash"] for entry in registry.entries)}
    for release_id, head in published_heads(home):
        if head not in known:
            what = (
                "its last entries were removed or the file was replaced" if registry.entries else "the file is missing"
            )
            raise BrokenRegistryError(
                f"{home.registry}: release {release_id} was made from entries that are not there; {what}. Restore the "
                "file from a backup; without one, see docs/operations.md. Nothing was read or published."
            )
    return registry
