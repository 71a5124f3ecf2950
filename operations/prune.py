"""What a home keeps longer than it needs: old releases, an old build, old runs, old logs.

The archive, the registry, decisions, keys, the current release and open data are never among it.
"""

import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from base.full_disk import size_of
from base.home import Home
from base.locks import held
from base.machine import whole_number
from base.release_layout import releases
from operations.run_history import ended_runs
from publication.release import kept_releases

KEEP_BUILD, KEEP_RUNS, KEEP_LOGS = "POVERTY_KEEP_BUILD_DAYS", "POVERTY_KEEP_RUNS_DAYS", "POVERTY_KEEP_LOGS_DAYS"
_USUAL_BUILD, _USUAL_RUNS, _USUAL_LOGS = 90, 365, 365
_DAY = 86_400
RunRemover = Callable[[Home, Sequence[str]], None]


@dataclass(frozen=True)
class Prunable:
    """Something that may go: what it is, where it lies, and for the run history which runs."""

    what: str
    paths: tuple[Path, ...]
    size: int
    runs: tuple[str, ...] = ()


def prunable(home: Home) -> list[Prunable]:
    """What `prune` would delete now."""
    found = [_of(f"release {folder.name}", folder) for folder in _old_releases(home)]
    build = [path for path in _build_files(home) if _is_older(path, whole_number(KEEP_BUILD, _USUAL_BUILD))]
    if build:
        found.append(_of("the build file; the next build makes it again", *build))
    logs = [
        path
        for path in sorted(home.logs.rglob("*"))
        if path.is_file() and _is_older(path, whole_number(KEEP_LOGS, _USUAL_LOGS))
    ]
    found += [_of(f"log {path.name}", path) for path in logs]
    runs = _old_runs(home)
    if runs:
        paths = tuple(path for run in runs for path in files_of_run(home, run))
        found.append(Prunable(f"{len(runs):,} runs in the run history", paths, size_of(paths), tuple(runs)))
    return found


def prune(home: Home, remove_runs: RunRemover) -> list[Prunable]:
    """Delete it; returns what was deleted. `remove_runs` takes runs out of Dagster's databases."""
    with held(home.build_lock, "builds or publishes"):
        found = prunable(home)
        for item in found:
            if item.runs:
                remove_runs(home, item.runs)
            for path in item.paths:
                if path.is_dir():
                    shutil.rmtree(path)
                else:
                    path.unlink(missing_ok=True)
    return found


def files_of_run(home: Home, run: str) -> Iterator[Path]:
    """What only one run has in Dagster's folder: its events and what its steps printed."""
    yield from sorted((home.dagster / "history" / "runs").glob(f"{run}.db*"))
    storage = home.dagster / "storage" / run
    if storage.is_dir():
        yield storage


def _of(what: str, *paths: Path) -> Prunable:
    return Prunable(what, paths, size_of(paths))


def _old_releases(home: Home) -> list[Path]:
    """The releases before the last ones; the current one stays also where it is older."""
    current = home.current.resolve()
    return [folder for folder in releases(home)[: -kept_releases()] if folder != current]


def _build_files(home: Home) -> list[Path]:
    """The build file with its state, and what a verification that was killed left."""
    names = ("*.duckdb", "*.duckdb.wal", "build_state.json", "verify-*")
    return [path for name in names for path in sorted(home.warehouse.glob(name))]


def _old_runs(home: Home) -> list[str]:
    """The runs that ended long ago; the last one of each job stays."""
    before = time.time() - whole_number(KEEP_RUNS, _USUAL_RUNS) * _DAY
    last: dict[str, str] = {}
    ended = ended_runs(home)
    for run_id, job, _ in ended:
        last[job] = run_id
    return [run_id for run_id, job, ended_at in ended if ended_at < before and run_id != last[job]]


def _is_older(path: Path, days: int) -> bool:
    return path.stat().st_mtime < time.time() - days * _DAY
