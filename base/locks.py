"""The locks of a home, and saying what a long wait is for."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

SILENT_SECONDS = 10


@contextmanager
def held(lock: Path, what: str) -> Iterator[None]:
    """Hold a lock; a wait of more than ten seconds says on the error stream what another process is doing.

    Args:
        lock: the lock file.
        what: what its holder does, as in "reads workbooks".
    """
    file = FileLock(lock)
    try:
        file.acquire(timeout=SILENT_SECONDS)
    except Timeout:
        say_waiting(f"another process {what} ({lock})")
        file.acquire()
    try:
        yield
    finally:
        file.release()


@contextmanager
def held_if_free(lock: Path) -> Iterator[bool]:
    """Hold a lock where nobody has it; says whether it did."""
    file = FileLock(lock)
    try:
        file.acquire(timeout=0)
    except Timeout:
        yield False
        return
    try:
        yield True
    finally:
        file.release()


def say_waiting(for_what: str) -> None:
    """Tell whoever started the command, also while its output goes to a log."""
    print(f"Waiting: {for_what}. It goes on by itself.", file=sys.__stderr__, flush=True)
