"""Whether the files of a release are those that its description knows, by their checksums."""

import hashlib
from pathlib import Path
from typing import Any

from base.release_layout import DESCRIPTION, SIGNATURE


def checksum_of(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def file_problems(release: Path, description: dict[str, Any]) -> list[str]:
    """Every file that is missing, altered or unknown, one sentence each."""
    problems = []
    described = {resource["path"]: resource["hash"].removeprefix("sha256:") for resource in description["resources"]}
    for name, checksum in described.items():
        path = release / name
        if not path.is_file():
            problems.append(f"{name} is missing from the release.")
        elif checksum_of(path) != checksum:
            problems.append(f"{name} was altered: its checksum is not the one in {DESCRIPTION}.")
    present = {path.relative_to(release).as_posix() for path in release.rglob("*") if path.is_file()}
    problems += [
        f"{name} lies in the release, but {DESCRIPTION} does not know it."
        for name in sorted(present - {*described, DESCRIPTION, SIGNATURE})
    ]
    return problems
