"""How much of the disk a home takes, by folder."""

from collections.abc import Iterable
from pathlib import Path

from base.home import Home

_BLOCK = 512


def size_of(paths: Iterable[Path]) -> int:
    """Bytes that files, and all below folders, take of the disk; links count nothing."""
    return sum(_own_size(file) for path in paths for file in (path, *path.rglob("*")))


def disk_use(home: Home) -> dict[str, int]:
    """Bytes by folder of the home, the largest first."""
    sizes = {path.name: size_of([path]) for path in home.root.iterdir() if path.is_dir() and not path.is_symlink()}
    return dict(sorted(sizes.items(), key=lambda item: (-item[1], item[0])))


def _own_size(path: Path) -> int:
    try:
        status = path.lstat()
    except OSError:  # gone meanwhile
        return 0
    return status.st_blocks * _BLOCK if path.is_file() and not path.is_symlink() else 0
