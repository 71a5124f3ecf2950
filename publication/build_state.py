"""What each table of the build file was made from, and whether it is whole."""

import hashlib
import json
from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import duckdb

from base.build_date import today
from base.home import Home
from base.whole_file import write_whole
from ingestion.kept_decisions import keep_decisions
from publication.inputs import Inputs, inputs_of


class ChangedInputsError(RuntimeError):
    """Something that figures depend on changed while tables were made from it."""


@dataclass(frozen=True)
class BuildState:
    """The build file as the last run left it.

    `tables` has the fingerprint of what each table was made from, None for one that is not there or was being made;
    `fingerprint` is that of the last run. `checks` are the ids of the dbt checks that a whole build has results of.
    """

    build_id: str
    inputs: Inputs
    fingerprint: str
    tables: dict[str, str | None] = field(default_factory=dict)
    checks: tuple[str, ...] = ()

    @property
    def other_tables(self) -> list[str]:
        """The tables that are missing or were made from other inputs than those of the last run."""
        return sorted(table for table, fingerprint in self.tables.items() if fingerprint != self.fingerprint)


def _path(home: Home) -> Path:
    return home.warehouse / "build_state.json"


def checks_folder(home: Home) -> Path:
    """Where check results of the build wait for publication."""
    return home.warehouse / "checks"


def fingerprint_of(inputs: Inputs) -> str:
    """One hash of all that decides what a table holds: also the ledger of findings, and the day for waivers."""
    return hashlib.sha256(f"{inputs.state} {inputs.finding_ledger} {today().isoformat()}".encode()).hexdigest()


def begin_build(
    home: Home, build_id: str, made: Collection[str], tables: Iterable[str], checks: Iterable[str]
) -> BuildState:
    """Note that tables are being made; until `finish_build` they are not fit to be published.

    Results of checks stay only where every table is made from the same inputs as before.

    Args:
        home: the home, with its decisions and ledger as the build reads them.
        build_id: the run.
        made: the tables that this run makes, `schema.table`.
        tables: all tables of a whole build.
        checks: the ids of all dbt checks of a whole build.
    """
    inputs, before = inputs_of(home), read_build_state(home)
    fingerprint = fingerprint_of(inputs)
    known = before.tables if before and home.build_file.exists() else {}
    kept = {table: None if table in made else known.get(table) for table in tables}
    state = BuildState(build_id, inputs, fingerprint, kept, tuple(sorted(checks)))
    if before is None or before.fingerprint != fingerprint:
        for path in checks_folder(home).glob("*.json"):
            path.unlink()
    if before is None or before.inputs.code_hash != inputs.code_hash:
        _keep_no_rows(home)
    _write(home, state)
    return state


def _keep_no_rows(home: Home) -> None:
    """Have every row made again: of other code, kept rows are not those that it would make."""
    if home.build_file.exists():
        with duckdb.connect(str(home.build_file)) as build:
            build.execute("drop schema if exists kept cascade")


def finish_build(home: Home, state: BuildState, made: Iterable[str]) -> BuildState:
    """Note which tables were made, also where others failed.

    Raises ChangedInputsError when what they were made from changed meanwhile; then they count as not made.
    """
    if fingerprint_of(inputs_of(home)) != state.fingerprint:
        raise ChangedInputsError(
            "Not published: files, decisions, rules or code changed while the tables were built. Run again, which "
            "builds from what is there now. The last release stays."
        )
    state = replace(state, tables=state.tables | dict.fromkeys(made, state.fingerprint))
    keep_decisions(home, {*state.inputs.decisions.values(), state.inputs.finding_ledger})
    _write(home, state)
    return state


def read_build_state(home: Home) -> BuildState | None:
    """What is known of the build file; None when nothing was built, or by a version that did not note each table."""
    try:
        kept = json.loads(_path(home).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return None
    if "tables" not in kept:
        return None
    return BuildState(**{**kept, "inputs": Inputs(**kept["inputs"]), "checks": tuple(kept["checks"])})


def finished_build(home: Home) -> BuildState | None:
    """The last build where it is whole and made from one state of the inputs."""
    state = read_build_state(home)
    return state if state and state.tables and not state.other_tables else None


def _write(home: Home, state: BuildState) -> None:
    write_whole(_path(home), json.dumps(asdict(state)))
