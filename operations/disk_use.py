"""How much of the disk a home takes, by folder."""

from base.full_disk import size_of
from base.home import Home


def disk_use(home: Home) -> dict[str, int]:
    """Bytes by folder of the home, the largest first."""
    sizes = {path.name: size_of([path]) for path in home.root.iterdir() if path.is_dir() and not path.is_symlink()}
    return dict(sorted(sizes.items(), key=lambda item: (-item[1], item[0])))
