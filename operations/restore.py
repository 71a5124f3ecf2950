"""Restoring a backup into an empty home: all of it is read and found genuine before anything takes its place."""

import json
import os
import shutil
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO, cast

from base.home import OWNER_ONLY, Home, published_rights
from base.locks import held
from base.release_layout import releases_folder
from base.whole_file import to_disk
from operations.backup import DESCRIPTION, PARTS
from operations.encrypted_file import BrokenBackupError, DecryptingReader
from publication.open_data.edition import FOLDER as OPEN_DATA
from publication.release import make_readable, switch_current

_ASIDE = ".restoring"
_PIECE = 2**20


class NotEmptyError(ValueError):
    """The home has files already; the message says what to do."""


@dataclass(frozen=True)
class Restored:
    """What came back: how many files, and the releases by their ids."""

    files: int
    releases: list[str]
    made_at: str


def restore(home: Home, backup: Path, passphrase: str) -> Restored:
    """Bring a backup back into an empty home.

    Raises NotEmptyError, BrokenBackupError; then the home is as it was.
    """
    _refuse_files(home)
    with backup.open("rb") as file:
        reader = DecryptingReader(file, passphrase)
        home.create()
        with held(home.registry_lock, "reads workbooks or decides about a file"):
            _refuse_files(home)
            aside = home.root / _ASIDE
            shutil.rmtree(aside, ignore_errors=True)  # of a restore that was killed
            try:
                description, files = _unpack(reader, aside)
                os.sync()
                _move(home, aside, description)
            finally:
                shutil.rmtree(aside, ignore_errors=True)
    return Restored(files, description["releases"], description["madeAt"])


def _refuse_files(home: Home) -> None:
    aside = home.root / _ASIDE
    for path in home.root.rglob("*"):
        if not path.is_dir() and path.suffix != ".lock" and aside not in path.parents:
            raise NotEmptyError(
                f"{home.root} is not empty, and a backup replaces nothing: set POVERTY_HOME to a new folder. If a "
                "restore was interrupted there, delete the folder first."
            )


def _unpack(reader: DecryptingReader, aside: Path) -> tuple[dict[str, Any], int]:
    """(what the backup says of itself, how many files it holds); the files lie aside."""
    description: dict[str, Any] = {}
    files = 0
    aside.mkdir(mode=OWNER_ONLY)
    try:
        with tarfile.open(mode="r|", fileobj=cast("BinaryIO", reader)) as tar:
            for member in tar:
                source = tar.extractfile(member)
                if source is None:
                    raise BrokenBackupError(
                        "The backup holds something that is no file: it was not made by `poverty backup`."
                    )
                if member.name == DESCRIPTION:
                    description = json.load(source)
                    continue
                target = aside / _checked_name(member.name)
                target.parent.mkdir(mode=OWNER_ONLY, parents=True, exist_ok=True)
                rights = 0o400 if not member.mode & 0o200 else 0o600
                descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, rights)
                with os.fdopen(descriptor, "wb") as copy:
                    shutil.copyfileobj(source, copy, _PIECE)
                files += 1
        reader.finish()
    except tarfile.TarError:
        raise BrokenBackupError("The backup cannot be unpacked: it was not made by `poverty backup`.") from None
    if not description:
        raise BrokenBackupError("The backup does not say what it holds: it was not made by `poverty backup`.")
    return description, files


def _checked_name(name: str) -> PurePosixPath:
    """The path of a file in the home; one that leads elsewhere is refused."""
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or path.parts[0] not in (*PARTS, "published"):
        raise BrokenBackupError("The backup holds a file that belongs nowhere in a home.")
    return path


def _move(home: Home, aside: Path, description: dict[str, Any]) -> None:
    """Give everything its place; the registry comes last, so that a home without one was not restored."""
    folder_rights, _ = published_rights()
    for folder in (releases_folder(home), home.published / OPEN_DATA):
        for release in _entries(aside / folder.relative_to(home.root)):
            folder.mkdir(exist_ok=True)
            folder.chmod(folder_rights)
            make_readable(release)
            release.rename(folder / release.name)
    if description["current"]:
        switch_current(home.current, releases_folder(home) / description["current"])
    moves = [(path, home.root / part / path.name) for part in PARTS for path in _entries(aside / part)]
    for path, target in sorted(moves, key=lambda move: move[1] == home.registry):
        path.rename(target)
    for part in PARTS:
        to_disk(home.root / part)


def _entries(folder: Path) -> Iterator[Path]:
    yield from sorted(folder.iterdir()) if folder.is_dir() else ()
