"""The archive: every received file once, named by its checksum. Nothing changes; only an erased file goes."""

from pathlib import Path

from base.home import Home
from base.whole_file import PARTIAL, write_whole


def archive_path(home: Home, sha256: str) -> Path:
    """Where a file's bytes are kept."""
    return home.archive / sha256[:2] / f"{sha256}.xlsx"


def archive(home: Home, sha256: str, content: bytes) -> None:
    """Keep a file's bytes, owner-only and read-only, whole or not at all."""
    path = archive_path(home, sha256)
    if path.exists():
        return
    path.parent.mkdir(mode=0o700, exist_ok=True)
    write_whole(path, content, 0o400)


def remove(home: Home, sha256: str) -> None:
    """Remove an erased file's bytes, and what an interrupted run left of them."""
    path = archive_path(home, sha256)
    for left in (path, *path.parent.glob(f"{sha256}.*{PARTIAL}")):
        left.unlink(missing_ok=True)
