"""What a killed run left behind: half-written files, unfinished releases, a link that never took its name."""

import os
import shutil
from contextlib import suppress
from pathlib import Path

from base.home import Home
from base.locks import held_if_free
from base.release_layout import releases_folder
from base.whole_file import PARTIAL


def sweep(home: Home) -> None:
    """Remove what nobody is writing any more; a folder whose lock somebody holds is left alone."""
    with held_if_free(home.registry_lock) as is_free:
        if is_free:
            _remove_partials(home, "archive", "raw", "secrets", "decisions")
    with held_if_free(home.build_lock) as is_free:
        if is_free:
            _remove_partials(home, "warehouse")
            sweep_publication(home)
    with held_if_free(home.backup_lock) as is_free:
        if is_free:
            sweep_backup(home)


def sweep_publication(home: Home) -> None:
    """Remove unfinished releases and links; the caller holds the build lock."""
    for left in releases_folder(home).glob(".building-*"):
        shutil.rmtree(left)
    for left in home.published.glob(f".{home.current.name}-*"):
        left.unlink()


def sweep_backup(home: Home) -> None:
    """Remove the unfinished file of a backup, wherever it lies; the caller holds the lock of backups."""
    with suppress(FileNotFoundError):
        left = Path(os.fsdecode(home.backup_note.read_bytes()))
        with suppress(OSError):  # on a disk that is not there any more, or not ours to change
            left.unlink()
        home.backup_note.unlink()


def _remove_partials(home: Home, *folders: str) -> None:
    for name in folders:
        for left in (home.root / name).rglob(f"*{PARTIAL}"):
            left.unlink(missing_ok=True)
