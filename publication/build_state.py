"""Which inputs and which code the build file was made from, and whether that build is whole.

What belongs here: telling a finished build from an interrupted one, and a stale release from a fresh one.
"""

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path

from ingestion.forms import map_folder
from ingestion.home import Home
from ingestion.reference import REPOSITORY
from ingestion.registry import Registry

# What decides figures and reports. Tests, docs and the orchestration may change without making a release stale.
_CODE = (
    ("dbt/models", "*"),
    ("dbt/macros", "*"),
    ("dbt/seeds", "*"),
    ("dbt/tests", "*"),
    ("dbt", "dbt_project.yml"),
    ("ingestion", "*.py"),
    ("publication", "*.py"),
    ("expectations", "*"),
    ("reports", "*"),
)
_GENERATED = "__pycache__"


@dataclass(frozen=True)
class BuildState:
    """A finished build: its id and what it was made from."""

    build_id: str
    inputs_state: str


def inputs_state(home: Home) -> str:
    """One hash of everything that decides the figures: the registry, decisions, the map files and the code."""
    digest = hashlib.sha256(Registry.open(home.registry).head.encode())
    files = [path for folder, pattern in _CODE for path in (REPOSITORY / folder).rglob(pattern)]
    for path in sorted({*files, *map_folder().glob("*.csv"), *home.decisions.glob("*.csv")}):
        if path.is_file() and _GENERATED not in path.parts:
            digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()


def _path(home: Home) -> Path:
    return home.warehouse / "build_state.json"


def checks_folder(home: Home) -> Path:
    """Where check results of the build wait for publication."""
    return home.warehouse / "checks"


def begin_build(home: Home) -> None:
    """From here until `finish_build` the build file is not fit to be published, and earlier check results are void."""
    _path(home).unlink(missing_ok=True)
    for path in checks_folder(home).glob("*.json"):
        path.unlink()


def finish_build(home: Home, build_id: str) -> BuildState:
    """Say that the build file is whole."""
    state = BuildState(build_id, inputs_state(home))
    _path(home).write_text(json.dumps(asdict(state)), encoding="utf-8")
    return state


def finished_build(home: Home) -> BuildState | None:
    """The last whole build, None when there is none or a later one was interrupted."""
    path = _path(home)
    return BuildState(**json.loads(path.read_text(encoding="utf-8"))) if path.exists() else None
