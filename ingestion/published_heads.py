"""Compare the registry with the entries that the kept releases name.

This finds a registry whose last entries, or which as a whole, were removed; its own hash chain cannot show that.
"""

import os
from collections.abc import Iterable, Iterator

from base.home import Home
from base.release_layout import read_datapackage, releases
from ingestion.decisions import check_decision_files
from ingestion.pseudonym_key import broken_key, ensure_key, key_file, keyed_mark
from ingestion.registry import FIRST_HASH, BrokenRegistryError, Registry


def published_heads(home: Home) -> Iterator[tuple[str, str]]:
    """(release id, hash of the last registry entry that the release was made from) of every kept release."""
    for release in releases(home):
        description = read_datapackage(release)
        if description is not None and "inputs" in description:  # older releases did not record it
            yield str(description["id"]), str(description["inputs"]["registryHead"])


def head_mark(home: Home, entry_hash: str) -> str:
    """The hash of a registry entry as a release names it: keyed, because entries hold the names of files.

    From a plain hash a guessed file name could be confirmed by trying. The first part says which key it was.
    """
    return f"hmac-sha256:{_key_id(home)}:{keyed_mark(home, 'registry head', entry_hash.encode())}"


def find_head(home: Home, head: str, hashes: Iterable[str]) -> str | None:
    """Which of these entries a release names by `head`; None for none. Version 0.1.0 named the plain hash."""
    if not head.startswith("hmac-sha256:"):
        return head if head in hashes else None
    return next((one for one in hashes if head_mark(home, one) == head), None)


def is_of_another_key(home: Home, head: str) -> bool:
    """Whether the key that named a release's registry entry is no longer the one in `secrets/`."""
    return head.startswith("hmac-sha256:") and head.split(":")[1] != _key_id(home)


def _key_id(home: Home) -> str:
    return keyed_mark(home, "key id", b"")[:8]


def check_key(home: Home) -> None:
    """Refuse a key that is lost, damaged or of another home: all pseudonyms would change. Raises BrokenFileError."""
    current = read_datapackage(home.current) or {}
    head = str(current.get("inputs", {}).get("registryHead", ""))
    path = key_file(home)
    if head.startswith("hmac-sha256:") and not os.path.lexists(path):
        raise broken_key(path, "is missing")
    if path.parent.exists() and is_of_another_key(home, head):
        raise broken_key(path, "is not the key that the current release was made with")


def check_own_files(home: Home) -> None:
    """Refuse a key or a decision file that is lost or damaged; makes the key of a new home. Raises BrokenFileError."""
    check_key(home)
    ensure_key(home)
    check_decision_files(home)


def open_registry(home: Home) -> Registry:
    """Read the registry of a home. Raises BrokenRegistryError when its chain is broken or a release knew more,
    BrokenFileError when the key is not that of the current release.

    What a release named with a key that was replaced since cannot be compared.
    """
    check_key(home)
    registry = Registry.open(home.registry)
    known = {FIRST_HASH, *(entry["hash"] for entry in registry.entries)}
    marks: set[str] = set()
    for release_id, head in published_heads(home):
        if head.startswith("hmac-sha256:") and not marks:
            marks = {head_mark(home, one) for one in known}
        if head not in known | marks and not is_of_another_key(home, head):
            what = (
                "its last entries were removed or the file was replaced" if registry.entries else "the file is missing"
            )
            raise BrokenRegistryError(
                f"{home.registry}: release {release_id} was made from entries that are not there; {what}. Restore the "
                "file from a backup; without one, see docs/operations.md. Nothing was read or published."
            )
    return registry
