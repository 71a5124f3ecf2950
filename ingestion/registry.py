"""The registry of every file ever received: append only, one JSON line per decision, each bound to the one before.

Each entry carries `previous_hash` and `hash` (SHA-256 over the previous hash and the entry), so that a removed or
altered entry is noticed. The last entry of a checksum counts.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Entry = dict[str, Any]
ACCEPTED, REJECTED = "accepted", "rejected"
FIRST_HASH = "0" * 64


class BrokenRegistryError(RuntimeError):
    """The chain of the registry does not hold: an entry was altered or removed."""


def entry_hash(previous_hash: str, entry: Entry) -> str:
    """The hash that binds an entry (without its own hash) to the one before."""
    body = json.dumps({key: value for key, value in entry.items() if key != "hash"}, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256((previous_hash + body).encode()).hexdigest()


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
        previous = FIRST_HASH
        with path.open(encoding="utf-8") as file:
            for number, line in enumerate(file, start=1):
                entry = _parsed(line)
                if entry.get("previous_hash") != previous or entry.get("hash") != entry_hash(previous, entry):
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

    def append(self, decisions: Iterable[Entry]) -> None:
        """Add decisions and write them through to the disk."""
        lines = []
        for decision in decisions:
            entry = {**decision, "sequence": len(self.entries) + 1, "previous_hash": self.head}
            entry["hash"] = entry_hash(self.head, entry)
            self.entries.append(entry)
            lines.append(json.dumps(entry, ensure_ascii=False, sort_keys=True))
        if lines:
            with self.path.open("a", encoding="utf-8") as file:
                file.write("\n".join(lines) + "\n")
                file.flush()

    def current(self) -> dict[str, Entry]:
        """The entry that counts, by checksum, in the order in which the files were first received."""
        current: dict[str, Entry] = {}
        for entry in self.entries:
            current[entry["sha256"]] = entry
        return current
