"""Whether the build file is whole, and what it was made from."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from base.home import Home
from ingestion.kept_decisions import keep_decisions
from publication.inputs import Inputs, inputs_of


@dataclass(frozen=True)
class BuildState:
    """A finished build: its id and what it was made from."""

    build_id: str
    inputs: Inputs


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
    state = BuildState(build_id, inputs_of(home))
    keep_decisions(home, {*state.inputs.decisions.values(), state.inputs.finding_ledger})
    _path(home).write_text(json.dumps(asdict(state)), encoding="utf-8")
    return state


def finished_build(home: Home) -> BuildState | None:
    """The last whole build, None when there is none or a later one was interrupted."""
    path = _path(home)
    if not path.exists():
        return None
    kept = json.loads(path.read_text(encoding="utf-8"))
    # A build of before the inputs were kept in parts cannot say what it was made from.
    return BuildState(kept["build_id"], Inputs(**kept["inputs"])) if "inputs" in kept else None
