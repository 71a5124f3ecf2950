"""A full disk, in one sentence: what is full and how much is needed."""

import errno
import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path

from base.home import Home

_NUMBERS = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
# What libraries say that keep no error number; DuckDB, SQLite, Arrow.
_WORDS = ("no space left on device", "disk is full", "disk quota exceeded", "file too large", "[errno 28]")
_BLOCK = 512
_LITTLE = 32 * 2**20
# Tables that hold no row take room too, and so do dbt and Dagster: five workbooks of 0.1 MB leave a home of 66 MB.
_EMPTY_BUILD = 80 * 2**20
# A build and its release against the received workbooks, which are compressed.
_BYTES_PER_ARCHIVED = 12


class FullDiskError(RuntimeError):
    """There is no room; the message says where and how much is needed."""


def is_full(error: BaseException | None) -> bool:
    """Whether an error, or one that it came from, says that a disk is full."""
    while error is not None:
        if isinstance(error, FullDiskError) or getattr(error, "errno", None) in _NUMBERS or says_full(str(error)):
            return True
        error = error.__cause__ or error.__context__
    return False


def says_full(text: str | None) -> bool:
    """Whether a library's words say that a disk is full."""
    return text is not None and any(words in text.lower() for words in _WORDS)


def needed_bytes(home: Home) -> int:
    """How much a build with its release takes: what the last ones took and a quarter, else by what was received."""
    build, release = size_of([home.build_file]), size_of([home.current.resolve()])
    if build and release:
        return (build + 2 * release) * 5 // 4  # the release's tables are written twice, as database and as Parquet
    return _EMPTY_BUILD + _BYTES_PER_ARCHIVED * size_of([home.archive, home.landing])


def check_space(home: Home) -> None:
    """Refuse to begin a build that has no room. Raises FullDiskError.

    The build file is written over, so that its own room is free for the next.
    """
    needed = needed_bytes(home)
    if shutil.disk_usage(home.root).free + size_of([home.build_file]) < needed:
        raise FullDiskError(full_sentence(home))


def full_sentence(home: Home) -> str:
    """What is full, how much is needed, and what to do."""
    places = [home.root, Path(tempfile.gettempdir())]
    full = min(places, key=lambda place: shutil.disk_usage(place).free)
    if shutil.disk_usage(full).free > _LITTLE:
        full = home.root
    free, needed = shutil.disk_usage(full).free, needed_bytes(home)
    return (
        f"No room on the disk of {full}: {_megabytes(free)} free, a run needs about {_megabytes(needed)}. Make "
        "room (old releases are in published/releases), run again. Nothing received is lost; the last release stays."
    )


def is_little_left(home: Home) -> bool:
    """Whether a program that ended without a word may have had no room."""
    return shutil.disk_usage(home.root).free < _LITTLE


def size_of(paths: Iterable[Path]) -> int:
    """Bytes that files, and all below folders, take of the disk; links count nothing."""
    return sum(_own_size(file) for path in paths for file in (path, *path.rglob("*")))


def _own_size(path: Path) -> int:
    try:
        status = path.lstat()
    except OSError:  # gone meanwhile
        return 0
    return status.st_blocks * _BLOCK if path.is_file() and not path.is_symlink() else 0


def _megabytes(size: int) -> str:
    return f"{size / 2**20:,.0f} MB"
