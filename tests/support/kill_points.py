"""Killed anywhere: `python -m tests.support.kill_points [--all]` ends ingestion, build and publication by SIGKILL.

The file operations of a stage are counted (Python's audit events below the home), and the stage is started again and
killed just before one of them: before the first of every kind, or with `--all` before each. A kind is an operation and
the place, without ids and numbers; the tests kill before the first of each operation. After a kill the last release
must be whole; after the next run the figures must equal those of a run that nobody disturbed, and nothing may be left
behind.

What dbt does inside the build file is not counted: until `finish_build` its tables are not fit to be published.
"""

import hashlib
import json
import os
import re
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Literal

import duckdb

from base.home import Home
from base.leftovers import sweep
from base.release_layout import DATABASE, read_datapackage, releases
from ingestion import ingest as ingestion
from ingestion.decisions import write_decisions
from ingestion.published_heads import open_registry
from publication.build_state import begin_build, checks_folder, finish_build, read_build_state
from publication.check_results import load_results, save_results
from publication.finding_ledger import sync_from_current_release
from publication.publish import publish_build
from tests.support.homes import land_micro, shared_micro_home
from tests.support.processes import forked
from tests.support.warehouse import no_reports, no_search

_EVENTS = {"open", "os.rename", "os.remove", "os.mkdir", "os.link", "os.symlink", "os.rmdir", "os.chmod"}
_MOVING = re.compile(
    r"\d{8}T\d+Z?(-\d+)*|[0-9a-f]{8,}|(?<=archive/)[0-9a-f]{2}\b|(?<=raw/)(household|member|cover|total|cell_problem)\b"
    r"|\d+"
)


def _ingest(home: Home) -> None:
    def read_here(home: Home, forms: Any, files: Any, run_id: str, years: Any, **_: Any) -> list[tuple[Any, Any, str]]:
        return [(file, read, run_id) for file, read in ingestion.read_batch(home, forms, files, run_id, years)]

    ingestion.read_all = read_here  # in this process, whose operations are counted
    ingestion.ingest(home)


def _build(home: Home) -> None:
    """All of a build but dbt: the tables are there, made from the same files."""
    before = read_build_state(home)
    assert before is not None
    write_decisions(home)
    sync_from_current_release(home)
    kept = {checks_folder(home) / path.name: load_results(path) for path in home.root.glob("results/*.json")}
    state = begin_build(home, "again", before.tables, before.tables, before.checks)
    for path, results in kept.items():
        save_results(path, results)
    finish_build(home, state, before.tables)


def _publish(home: Home) -> None:
    with no_search():  # which writes nothing
        publish_build(home, "again", no_reports)


STAGES: dict[str, Callable[[Home], None]] = {"ingest": _ingest, "build": _build, "publish": _publish}


def _run_counted(stage: str, root: str, kill_at: int, said: Path) -> None:
    """Run a stage in this process and write its operations to a file, or die before one of them."""
    operations: list[str] = []

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event not in _EVENTS or not arguments or not isinstance(arguments[0], str | os.PathLike):
            return
        path = os.fspath(arguments[0])
        is_read = event == "open" and not int(arguments[2] or 0) & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
        if is_read or not isinstance(path, str) or not path.startswith(root + os.sep):
            return
        operations.append(f"{event} {_MOVING.sub('*', path.removeprefix(root + os.sep))}")
        if len(operations) == kill_at:
            os.kill(os.getpid(), signal.SIGKILL)

    os.environ["POVERTY_HOME"] = root
    home = Home(Path(root)).create()
    sys.addaudithook(hook)
    STAGES[stage](home)
    said.write_text(json.dumps(operations), encoding="utf-8")


def _stage(stage: str, home: Home, kill_at: int = 0) -> list[str] | None:
    """The operations of a stage in a process of its own; None when it was killed."""
    said = home.root.with_name(f"{home.root.name}.json")
    code = forked(_run_counted, stage, str(home.root), kill_at, said)
    if code == -signal.SIGKILL:
        return None
    if code != 0:
        raise RuntimeError(f"{stage} ended with exit code {code}")
    return list(json.loads(said.read_text(encoding="utf-8")))


# The figures that releases are compared by.
COMPARED = ("marts.area_year", "marts.fct_household_year", "marts.poverty_movement")


def start_of(stage: str, built: Home, root: Path) -> Home:
    """A home in which a stage has something to do: for ingestion, new files."""
    if stage != "ingest":
        shutil.copytree(built.root, root, symlinks=True, ignore=shutil.ignore_patterns("dagster", "finished", "dbt"))
        shutil.copytree(checks_folder(Home(root)), root / "results")  # what dbt and the suites say again
        return Home(root)
    home = Home(root).create()
    land_micro(home)
    return home


def what_it_says(stage: str, home: Home) -> str:
    """The figures, or for ingestion what was decided and read, without times and ids of runs."""
    digest = hashlib.sha256()
    if stage == "build":
        state = read_build_state(home)
        assert state is not None
        return f"{state.inputs} {sorted(state.tables)} {state.other_tables} {sorted(state.checks)}"
    if stage == "ingest":
        for sha256, entry in sorted(open_registry(home).current().items()):
            decided = {
                key: entry[key] for key in ("status", "survey_year", "commune_code", "household_rows", "findings")
            }
            digest.update(f"{sha256} {json.dumps(decided, sort_keys=True)}".encode())
        for role in ("household", "member", "cover", "total"):
            query = f"select * exclude extraction_id from '{home.raw}/{role}/*.parquet' order by all"
            digest.update(str(duckdb.sql(query).fetchall()).encode())
        return digest.hexdigest()
    with duckdb.connect(str(home.current / DATABASE), read_only=True) as release:
        for table in COMPARED:
            digest.update(str(release.execute(f"select * from {table} order by all").fetchall()).encode())
    return digest.hexdigest()


def broken_releases(home: Home) -> list[str]:
    """The kept releases, and the current one, that are not whole."""
    wrong = []
    for folder in {*releases(home), home.current.resolve()}:
        description = read_datapackage(folder)
        resources = description["resources"] if description else [{"path": "datapackage.json", "hash": ""}]
        for resource in resources:
            path = folder / resource["path"]
            if not path.exists() or f"sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}" != resource["hash"]:
                wrong.append(f"{folder.name}/{resource['path']}")
    return wrong


def left_behind(home: Home) -> list[str]:
    """What no finished run leaves."""
    return sorted(
        path.relative_to(home.root).as_posix()
        for pattern in ("*.partial", ".building-*", ".current-*")
        for path in home.root.rglob(pattern)
    )


def _first_of_each(kinds: Iterable[str]) -> list[int]:
    """The places, from 1, at which each kind comes first."""
    first: dict[str, int] = {}
    for place, kind in enumerate(kinds, start=1):
        first.setdefault(kind, place)
    return list(first.values())


def try_stage(
    stage: str, built: Home, work: Path, *, kinds: Literal["operation", "renaming", "place", "all"]
) -> tuple[int, list[str]]:
    """(kill points tried, what broke) of a stage: one for each operation, one renaming in each folder, one for each
    operation and place, or all."""
    quiet = start_of(stage, built, work / f"{stage}-quiet")
    operations = _stage(stage, quiet)
    assert operations is not None
    wanted = what_it_says(stage, quiet)
    places = {
        "operation": _first_of_each(operation.split()[0] for operation in operations),
        "renaming": _first_of_each(
            operation.partition("/")[0] if operation.startswith("os.rename") else "" for operation in operations
        ),
        "place": _first_of_each(operations),
        "all": list(range(1, len(operations) + 1)),
    }[kinds]
    broken = []
    for place in places:
        root = work / f"{stage}-{place}"
        home = start_of(stage, built, root)
        _stage(stage, home, place)
        wrong = broken_releases(home) if home.current.exists() else []
        sweep(home)
        _stage(stage, home)
        wrong += [f"left {path}" for path in left_behind(home)]
        wrong += [] if what_it_says(stage, home) == wanted else ["other figures"]
        wrong += broken_releases(home) if home.current.exists() else []
        broken += [f"{stage} killed before {operations[place - 1]}: {what}" for what in wrong]
        shutil.rmtree(root)
    return len(places), broken


def main(arguments: list[str]) -> int:
    """Try, and print the figures."""
    built = shared_micro_home()
    tried, broken = 0, []
    with tempfile.TemporaryDirectory() as folder:
        for stage in STAGES:
            count, wrong = try_stage(stage, built, Path(folder), kinds="all" if "--all" in arguments else "place")
            print(f"{stage}: {count} kill points", flush=True)
            tried, broken = tried + count, broken + wrong
    print("\n".join(broken))
    print(f"kill points tried {tried}, broken {len(broken)}")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
