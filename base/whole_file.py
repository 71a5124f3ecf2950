"""Files of ours are written whole: under another name, through to the disk, and then renamed."""

import contextlib
import os
from pathlib import Path

PARTIAL = ".partial"


class BrokenFileError(RuntimeError):
    """A file of ours cannot be used; the message says which, what it is for and how to restore it."""


def partial_of(path: Path) -> Path:
    """Where a file is written before it takes its name; each process has its own."""
    return path.with_name(f"{path.name}.{os.getpid()}{PARTIAL}")


def write_whole(path: Path, content: str | bytes, rights: int = 0o600) -> None:
    """Write a file as a whole or not at all, with its rights from the first byte on."""
    partial = partial_of(path)
    partial.unlink(missing_ok=True)
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, rights)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content.encode() if isinstance(content, str) else content)
        file.flush()
        os.fsync(file.fileno())
    put_in_place(partial, path, is_on_disk=True)


def put_in_place(partial: Path, path: Path, *, is_on_disk: bool = False) -> None:
    """Give a written file its name, once all of it is on the disk."""
    if not is_on_disk:
        to_disk(partial)
    partial.replace(path)
    to_disk(path.parent)


def to_disk(path: Path) -> None:
    """Write a file, or the names in a folder, through to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_first(path: Path, content: str, rights: int = 0o600) -> None:
    """Write a file as a whole where there is none; one that another process wrote meanwhile stays."""
    partial = partial_of(path)
    write_whole(partial, content, rights)
    try:
        with contextlib.suppress(FileExistsError):
            os.link(partial, path)
    finally:
        partial.unlink()
    to_disk(path.parent)
