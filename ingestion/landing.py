"""List the landing folder with checksums. It is the communes' folder: read only.

Nothing in it goes unsaid: a file has a checksum, or it is empty, cannot be opened, is not there as a whole yet, or is
passed over for a reason.
"""

import hashlib
import os
import re
import stat
import unicodedata
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path

LOCK, HIDDEN, TRASH, SYSTEM = "lock file", "hidden", "trash", "system file"
SPECIAL, LINKED_AGAIN = "no file and no folder", "link to a folder that is listed already"
# Left behind by Excel, LibreOffice, Windows and file managers while somebody works in the folder.
_LOCK_PREFIXES = ("~$", ".~lock.")
_SYSTEM_FILES = ("thumbs.db", "desktop.ini")
_TRASH_FOLDERS = re.compile(r"\.trash(es|-\d+)?|\$recycle\.bin|recycler|__macosx|system volume information|lost\+found")


@dataclass
class LandingList:
    """What lies in landing, by path relative to it as the file system gives it (`stored_path` for keeping).

    `unsteady` are files that vanished or changed while they were read: the next run reads them. `ignored` has the
    reason by path; of an ignored folder nothing below it is listed.
    """

    checksums: dict[str, str] = field(default_factory=dict)
    empty: list[str] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)
    unsteady: list[str] = field(default_factory=list)
    ignored: dict[str, str] = field(default_factory=dict)


def list_landing(landing: Path) -> LandingList:
    """Every file below the landing folder, whatever its name says. A linked folder is followed once."""
    found = LandingList()
    # A link to a folder above landing would lead back into it.
    seen = {_identity(folder) for folder in (landing.resolve(), *landing.resolve().parents)}
    folders, linked = deque([""]), deque[str]()
    while folders or linked:
        # Links last, so that a file is known by its own path and not by that of a link to it.
        prefix = folders.popleft() if folders else linked.popleft()
        _list_folder(landing, prefix, found, seen, folders, linked)
    found.checksums = dict(sorted(found.checksums.items()))
    for paths in (found.empty, found.unreadable, found.unsteady):
        paths.sort()
    return found


def _list_folder(
    landing: Path,
    prefix: str,
    found: LandingList,
    seen: set[tuple[int, int]],
    folders: deque[str],
    linked: deque[str],
) -> None:
    folder = landing / prefix
    try:
        if prefix:
            identity = _identity(folder)
            if identity in seen:
                found.ignored[prefix] = LINKED_AGAIN
                return
            seen.add(identity)
        with os.scandir(folder) as entries:
            listed = sorted(entries, key=lambda entry: entry.name)
    except FileNotFoundError:
        found.unsteady.append(prefix or ".")
        return
    except OSError:
        found.unreadable.append(prefix or ".")
        return
    for entry in listed:
        path = f"{prefix}/{entry.name}" if prefix else entry.name
        try:
            mode = entry.stat().st_mode
        except OSError as error:
            ignored = _why_ignored(entry.name, stat.S_IFREG)
            if ignored:  # some programs lock a file with a link that leads nowhere
                found.ignored[path] = ignored
            elif isinstance(error, FileNotFoundError) and not entry.is_symlink():
                found.unsteady.append(path)
            else:
                found.unreadable.append(path)
            continue
        ignored = _why_ignored(entry.name, mode)
        if ignored:
            found.ignored[path] = ignored
        elif stat.S_ISDIR(mode):
            (linked if entry.is_symlink() else folders).append(path)
        else:
            _list_file(landing / path, path, found)


def _list_file(file: Path, path: str, found: LandingList) -> None:
    try:
        content = file.open("rb")
    except FileNotFoundError:
        found.unsteady.append(path)
        return
    except OSError:
        found.unreadable.append(path)
        return
    with content:
        before = os.fstat(content.fileno())
        try:
            checksum = hashlib.file_digest(content, "sha256").hexdigest()
        except OSError:
            found.unreadable.append(path)
            return
        after = os.fstat(content.fileno())
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        found.unsteady.append(path)
    elif after.st_size == 0:
        found.empty.append(path)
    else:
        found.checksums[path] = checksum


def _identity(folder: Path) -> tuple[int, int]:
    about = folder.stat()
    return about.st_dev, about.st_ino


def _why_ignored(name: str, mode: int) -> str | None:
    """Why an entry is no delivery; None when it may be one."""
    if name.startswith(_LOCK_PREFIXES):
        return LOCK
    if stat.S_ISDIR(mode) and _TRASH_FOLDERS.fullmatch(name.lower()):
        return TRASH
    if name.startswith("."):
        return HIDDEN
    if name.lower() in _SYSTEM_FILES:
        return SYSTEM
    if not stat.S_ISDIR(mode) and not stat.S_ISREG(mode):
        return SPECIAL
    return None


def stored_path(path: str) -> str:
    r"""A path as the registry keeps it: bytes that are no UTF-8 as `\xNN`, a backslash as two, so that none is lost."""
    return os.fsencode(path.replace("\\", "\\\\")).decode("utf-8", errors="backslashreplace")


def path_of(stored: str) -> str:
    """The path that was stored."""
    escaped = re.compile(rb"\\(\\|x[0-9a-f]{2})")
    return os.fsdecode(
        escaped.sub(lambda m: b"\\" if m[1] == b"\\" else bytes.fromhex(m[1][1:].decode()), stored.encode())
    )


def printable_path(stored: str) -> str:
    """A stored path for a terminal: control characters and marks of writing direction are written out."""
    return "".join(
        character if unicodedata.category(character)[0] not in "CZ" or character == " " else _written_out(character)
        for character in stored
    )


def _written_out(character: str) -> str:
    return (
        character.encode("ascii", errors="backslashreplace").decode()
        if ord(character) > 0x7F
        else (f"\\x{ord(character):02x}")
    )


def what_was_not_read(landed: LandingList) -> list[str]:
    """What to say of places that could not be read. Their names may name a person."""
    sentences = []
    if landed.unreadable:
        sentences.append(
            f"{len(landed.unreadable)} files or folders in landing could not be opened (rights, or a broken link): "
            "`poverty status --paths` says which."
        )
    if landed.unsteady:
        sentences.append(
            f"{len(landed.unsteady)} files vanished or changed while they were read; the next run reads them."
        )
    return sentences
