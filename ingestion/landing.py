"""List the landing folder with checksums. It is the communes' folder: read only."""

import hashlib
from dataclasses import dataclass, field
from pathlib import Path

# Left behind by Excel, Windows and file managers while somebody works in the folder.
_IGNORED_PREFIXES = ("~$", ".")
_IGNORED_NAMES = ("thumbs.db", "desktop.ini")


@dataclass
class LandingList:
    """Files by path relative to landing, sorted, with their checksums; and the paths that could not be opened."""

    checksums: dict[str, str] = field(default_factory=dict)
    unreadable: list[str] = field(default_factory=list)


def list_landing(landing: Path) -> LandingList:
    """Every file below the landing folder, whatever its name says."""
    found = LandingList()
    for path in sorted(path for path in landing.rglob("*") if path.is_file()):
        if path.name.startswith(_IGNORED_PREFIXES) or path.name.lower() in _IGNORED_NAMES:
            continue
        relative = path.relative_to(landing).as_posix()
        try:
            with path.open("rb") as file:
                found.checksums[relative] = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError:
            found.unreadable.append(relative)
    return found


def unreadable_files(count: int) -> str:
    """What to say of files that could not be opened. Their names may name a person."""
    return (
        f"{count} files in landing could not be opened (rights?). To see which: "
        'find "$POVERTY_HOME/landing" -type f ! -readable'
    )
