"""Where `poverty inspect` copies a workbook to: one place of the user, cleaned when the program starts again."""

import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from base.home import OWNER_ONLY
from base.machine import cache_folder


def _place() -> Path:
    return cache_folder() / "inspect"


def remove_left_behind() -> None:
    """Remove the folders of inspections that were killed; a running one holds its lock."""
    if not _place().is_dir():
        return
    for folder in [path for path in _place().iterdir() if path.is_dir()]:
        lock = FileLock(folder.with_suffix(".lock"), timeout=0)
        try:
            with lock:
                shutil.rmtree(folder, ignore_errors=True)
                Path(lock.lock_file).unlink(missing_ok=True)
        except Timeout:
            continue


@contextmanager
def private_folder() -> Iterator[Path]:
    """A new folder for its owner only, gone afterwards."""
    _place().mkdir(parents=True, exist_ok=True)
    _place().chmod(OWNER_ONLY)
    folder = _place() / uuid.uuid4().hex
    with FileLock(folder.with_suffix(".lock")) as lock:
        try:
            folder.mkdir(mode=OWNER_ONLY)
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)
            Path(lock.lock_file).unlink(missing_ok=True)
