"""A backup: what cannot be made again of a home, in one encrypted file.

Releases are taken first, under the lock of publication, and then archive, registry, decisions and keys, under the lock
of ingestion: so the registry knows every entry that a release was made from, whatever runs meanwhile.
"""

import hashlib
import io
import json
import os
import shutil
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, Literal, cast

from base.full_disk import FullDiskError
from base.home import Home
from base.leftovers import sweep_backup
from base.locks import held
from base.product import product_version
from base.release_layout import releases
from base.whole_file import PARTIAL, partial_of, put_in_place, write_whole
from ingestion.archive import archive_path
from ingestion.published_heads import check_own_files, open_registry
from ingestion.registry import ERASED, Registry
from operations.encrypted_file import EncryptingWriter
from publication.open_data.edition import FOLDER as OPEN_DATA
from publication.open_data.edition import last_edition

Choice = Literal["none", "current", "all"]
DESCRIPTION = "backup.json"
SUFFIX = ".backup"
PARTS = ("archive", "decisions", "secrets")
_LOCK = ".lock"


class RefusedBackupError(ValueError):
    """The call cannot be answered as it was made; the message says why."""


@dataclass
class Backup:
    """What was written. `lost` are the received files that the archive no longer has as they came."""

    path: Path
    files: int = 0
    size: int = 0
    releases: list[str] = field(default_factory=list)
    lost: int = 0


def back_up(home: Home, target: Path, passphrase: str, choice: Choice = "current") -> Backup:
    """Write a backup into a folder, under a name with the time, or as a file that is not there yet.

    Raises RefusedBackupError, FullDiskError, and what a broken registry, key or decision file raises: a backup of those
    would replace a better one.
    """
    check_own_files(home)
    with held(home.backup_lock, "makes a backup"):
        sweep_backup(home)
        now = datetime.now(UTC)
        path = _place(home, target, now)
        _check_space(home, path, choice)
        backup = Backup(path)
        partial = partial_of(path)
        write_whole(home.backup_note, os.fsencode(partial))
        try:
            partial.touch(mode=0o600, exist_ok=False)
            with partial.open("wb") as file:
                writer = EncryptingWriter(file, passphrase)
                with tarfile.open(mode="w|", fileobj=cast("BinaryIO", writer), format=tarfile.PAX_FORMAT) as tar:
                    _write(home, tar, backup, choice, now)
                writer.finish()
            put_in_place(partial, path)
        finally:
            sweep_backup(home)
    backup.size = path.stat().st_size
    return backup


def _place(home: Home, target: Path, now: datetime) -> Path:
    path = target.resolve()
    if path.is_dir():
        path = path / f"poverty-{now:%Y%m%dT%H%M%SZ}{SUFFIX}"
    if path.is_relative_to(home.root):
        raise RefusedBackupError("The backup would lie in the home and be lost with it: give a place outside.")
    if path.exists():
        raise RefusedBackupError(f"{path} is there already, and a backup replaces nothing: give another name.")
    if not path.parent.is_dir():
        raise RefusedBackupError(f"The folder {path.parent} is not there: make it first.")
    return path


def _check_space(home: Home, path: Path, choice: Choice) -> None:
    files = [file for part in PARTS for file in _files(home.root / part)]
    files += [file for folder in _published(home, choice) for file in _files(folder)]
    needed = sum(file.stat().st_size for file in files) * 101 // 100 + 2**20
    free = shutil.disk_usage(path.parent).free
    if free < needed:
        raise FullDiskError(
            f"No room for the backup in {path.parent}: {free / 2**20:,.0f} MB free, it takes about "
            f"{needed / 2**20:,.0f} MB."
        )


def _write(home: Home, tar: tarfile.TarFile, backup: Backup, choice: Choice, now: datetime) -> None:
    with held(home.build_lock, "builds or publishes"):
        current = home.current.resolve().name if home.current.exists() else None
        folders = _published(home, choice)
        backup.releases = [folder.name for folder in folders if folder.parent.name != OPEN_DATA]
        description = {
            "productVersion": product_version(),
            "madeAt": now.isoformat(timespec="seconds"),
            "releases": backup.releases,
            "current": current if current in backup.releases else None,
        }
        _add_bytes(tar, DESCRIPTION, json.dumps(description).encode())
        for folder in folders:
            for file in _files(folder):
                _add_file(home, tar, file)
                backup.files += 1
    with held(home.registry_lock, "reads workbooks or decides about a file"):
        registry = open_registry(home)
        wanted = _archived(home, registry)
        for part in PARTS:
            for file in _files(home.root / part):
                checksum = _add_file(home, tar, file, is_hashed=file in wanted)
                backup.files += 1
                if checksum == wanted.get(file, ""):
                    del wanted[file]
    backup.lost = len(wanted)


def _published(home: Home, choice: Choice) -> list[Path]:
    """The folders of releases, and of their open data, that go into the backup."""
    current = home.current.resolve() if home.current.exists() else None
    chosen = {"none": [], "current": [current] if current else [], "all": releases(home)}[choice]
    open_data = {home.published / OPEN_DATA / folder.name for folder in chosen}
    # The next edition adds to the last one: without it, it would be compared with what people have.
    open_data |= {last} if (last := last_edition(home)) else set()
    return [*chosen, *sorted(folder for folder in open_data if folder.is_dir())]


def _archived(home: Home, registry: Registry) -> dict[Path, str]:
    """The checksum of every file that the archive must have."""
    return {
        archive_path(home, sha256): sha256 for sha256, entry in registry.current().items() if entry["status"] != ERASED
    }


def _files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.name.endswith((PARTIAL, _LOCK)):
            yield path


class _Hashed:
    """A file that is hashed while it is read."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self.digest = file, hashlib.sha256()

    def read(self, size: int) -> bytes:
        content = self._file.read(size)
        self.digest.update(content)
        return content


def _add_file(home: Home, tar: tarfile.TarFile, path: Path, *, is_hashed: bool = False) -> str | None:
    """Add a file under its path in the home, and the checksum of what was added.

    One that is replaced meanwhile goes in as it was: all of our files are replaced as a whole.
    """
    with path.open("rb") as file:
        info = tar.gettarinfo(arcname=path.relative_to(home.root).as_posix(), fileobj=file)
        info.type, info.linkname = tarfile.REGTYPE, ""
        info.uname = info.gname = ""
        source = _Hashed(file)
        tar.addfile(info, cast("BinaryIO", source if is_hashed else file))
    return source.digest.hexdigest() if is_hashed else None


def _add_bytes(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    info = tarfile.TarInfo(name)
    info.size = len(content)
    tar.addfile(info, io.BytesIO(content))
