"""The registry of every file ever received: append only, one JSON line per decision, each bound to the one before.

Each entry carries `previous_hash` and `hash` (SHA-256 over the previous hash and the entry), so that a removed or
altered entry is noticed. The last entry of a checksum counts. An entry of a place of landing that has no content to
read (empty, not to be opened) has `place` and no checksum, the closing of a survey year `closed_year`.

The name of an erased file is blanked in its earlier entries. They keep their hashes, and the entry that erases has a
checksum of each of them as it is now, so that the chain still shows every other change.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from base.clock import now_after, stamp_time
from base.whole_file import write_whole

Entry = dict[str, Any]
ACCEPTED, REJECTED, WITHDRAWN, ERASED = "accepted", "rejected", "withdrawn", "erased"
FIRST_HASH = "0" * 64


class BrokenRegistryError(RuntimeError):
    """The chain of the registry does not hold: an entry was altered or removed."""


def entry_hash(previous_hash: str, entry: Entry) -> str:
    """The hash that binds an entry (without its own hash) to the one before."""
    body = json.dumps({key: value for key, value in entry.items() if key != "hash"}, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256((previous_hash + body).encode()).hexdigest()


def _checksum(entry: Entry) -> str:
    """The checksum of an entry as it stands in the file, its own hash included."""
    return hashlib.sha256(json.dumps(entry, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def is_blanked(entry: Entry) -> bool:
    """Whether the name of an erased file was taken out of an entry."""
    return bool(entry.get("is_blanked"))


def _parsed(line: str) -> Entry:
    """A line's entry, an empty one where it cannot be read: it follows from nothing."""
    try:
        entry = json.loads(line)
    except ValueError:
        return {}
    return entry if isinstance(entry, dict) else {}


@dataclass
class Registry:
    """The entries in the order of their decision."""

    path: Path
    entries: list[Entry] = field(default_factory=list)

    @classmethod
    def open(cls, path: Path) -> "Registry":
        """Read a registry, an empty one where the file does not exist. Raises BrokenRegistryError."""
        registry = cls(path)
        if not path.exists():
            return registry
        with path.open(encoding="utf-8", errors="surrogateescape") as file:
            entries = [_parsed(line) for line in file]
        blanked = {
            number: checksum
            for entry in entries
            if entry.get("status") == ERASED
            for number, checksum in entry.get("blanked", {}).items()
        }
        previous = FIRST_HASH
        for number, entry in enumerate(entries, start=1):
            is_as_written = entry.get("hash") == entry_hash(previous, entry) or (
                is_blanked(entry) and _checksum(entry) == blanked.get(str(number))
            )
            if entry.get("previous_hash") != previous or not is_as_written:
                raise BrokenRegistryError(
                    f"{path}: entry {number} does not follow from the one before; an entry was altered or removed. "
                    "Restore the file from a backup; without one, see docs/operations.md. Nothing was read or "
                    "published."
                )
            previous = entry["hash"]
            registry.entries.append(entry)
        return registry

    @property
    def head(self) -> str:
        """The hash of the last entry: the state of everything received."""
        return str(self.entries[-1]["hash"]) if self.entries else FIRST_HASH

    def now(self) -> datetime:
        """The time of what is decided now: never before the last decision, nor before an extraction that it names."""
        times = [datetime.fromisoformat(entry["decided_at"]) for entry in self.entries[-1:] if "decided_at" in entry]
        times += filter(None, (stamp_time(entry.get("extraction_id") or "") for entry in self.entries))
        return now_after(max(times, default=None))

    def append(self, decisions: Iterable[Entry]) -> None:
        """Add decisions: all of them are on the disk, or none. No line is ever cut, so the file is written again."""
        lines = [_line(self._add(decision)) for decision in decisions]
        if lines:
            earlier = self.path.read_bytes() if self.path.exists() else b""
            write_whole(self.path, earlier + "".join(lines).encode("utf-8", errors="surrogateescape"))

    def append_erasure(self, decision: Entry) -> None:
        """Add the decision to erase a file, and blank its name in all earlier entries; both or neither."""
        earlier = [entry for entry in self.entries if entry.get("sha256") == decision["sha256"]]
        names = {entry["landing_path"] for entry in earlier} - {None}
        blanked = {}
        for place, entry in enumerate(self.entries):
            if entry.get("sha256") == decision["sha256"] or ("place" in entry and entry["landing_path"] in names):
                self.entries[place] = {**entry, "landing_path": None, "is_blanked": True}
                blanked[str(place + 1)] = _checksum(self.entries[place])
        self._add({**decision, "landing_path": None, "blanked": blanked})
        write_whole(self.path, "".join(map(_line, self.entries)))

    def _add(self, decision: Entry) -> Entry:
        last = str(self.entries[-1].get("decided_at", "")) if self.entries else ""
        if str(decision.get("decided_at", last)) < last:  # the clock was set back
            decision = {**decision, "decided_at": last}
        entry = {**decision, "sequence": len(self.entries) + 1, "previous_hash": self.head}
        entry["hash"] = entry_hash(self.head, entry)
        self.entries.append(entry)
        return entry

    def current(self) -> dict[str, Entry]:
        """The entry that counts, by checksum, in the order in which the files were first received."""
        current: dict[str, Entry] = {}
        for entry in self.entries:
            if "sha256" in entry:
                current[entry["sha256"]] = entry
        return current

    def places(self) -> dict[str, Entry]:
        """The entry that counts of each place of landing that had no content to read, by its mark."""
        return {entry["place"]: entry for entry in self.entries if "place" in entry}


def _line(entry: Entry) -> str:
    return json.dumps(entry, ensure_ascii=False, sort_keys=True) + "\n"
