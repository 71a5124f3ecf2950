"""A country: so many territories of the sample's size, from raw Parquet to one national database.

Each is a home of its own, two of them at a time on two cores, then `poverty nation` unites what they publish. By
territory and not in one go, because no household is linked across territories: what it costs grows with the number of
territories, memory and disk are those of two homes.
"""

import contextlib
import math
import os
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from base.home import Home
from base.machine import THREADS_VARIABLE, threads
from base.release_layout import DATABASE
from bench.models import Scale, build_tables
from bench.processes import Usage, python, run
from bench.report import Line, line, ratio_line
from bench.runs import POVERTY
from bench.scaled import repeat_raw, repeat_reference

TERRITORIES = 64
SCALE = 4  # of `make bench`, which should end
AT_ONCE = 2
MOST_SECONDS = 20 * 60
MOST_BYTES = 8 * 2**30
MOST_APART = 1.0001  # households of two copies of a province
MOST_DISK = 40 * 2**30
MOST_EXPONENT = 1.05


class WrongCountError(RuntimeError):
    """The national database does not have the rows of every territory."""


@dataclass(frozen=True)
class Territory:
    """What one home cost: its tables, and publishing them without checks and reports."""

    tables: Usage
    release: Usage

    @property
    def cpu(self) -> float:
        """Seconds of processor time."""
        return self.tables.cpu + self.release.cpu

    @property
    def peak_bytes(self) -> int:
        """The most memory of one of its processes; it has one at a time."""
        return max(self.tables.peak_bytes, self.release.peak_bytes)


@dataclass
class Disk:
    """The most that a folder held when asked."""

    folder: Path
    most: int = 0

    def look(self) -> None:
        """Ask now. What DuckDB spills meanwhile is gone by then."""
        held = 0
        for folder, _, names in os.walk(self.folder):
            for name in names:
                with contextlib.suppress(FileNotFoundError):  # the other home goes on meanwhile
                    held += (Path(folder) / name).lstat().st_size
        self.most = max(self.most, held)


def measure(
    source: Home,
    reading: float,
    files: int,
    work: Path,
    copies: int,
    say: Callable[[str], None],
    built: Scale | None = None,
) -> tuple[list[Line], dict[str, Any]]:
    """All lines about the country, and the facts.

    Args:
        source: a home with the raw Parquet of the sample.
        reading: the seconds that making that from its workbooks took.
        files: how many workbooks these were.
        work: where homes may be made.
        copies: the number of territories.
        say: shown what is being done.
        built: the sample's own home with its tables, where they were measured already; it becomes a territory.
    """
    folder = work / "country"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    homes = [Home(folder / f"{copy:02d}") for copy in range(copies)]
    for copy, home in enumerate(homes):
        if copy == 0 and built:
            built.home.root.rename(home.root)
            continue
        say(f"country: raw Parquet, {copy + 1} of {copies} territories")
        repeat_raw(source, home, [copy])
        repeat_reference(home, [copy])
    disk = Disk(folder)
    say("country: the first territory alone")
    territories = [_publish(homes[0], built.dbt[-1] if built else _tables(homes[0]), disk)]
    alone = territories[0].tables.wall + territories[0].release.wall
    say(f"country: {copies - 1} more, {AT_ONCE} at a time")
    each = {THREADS_VARIABLE: str(max(1, threads() // AT_ONCE))}
    started = time.perf_counter()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        territories += pool.map(lambda home: _publish(home, _tables(home, each), disk), homes[1:])
    rest = time.perf_counter() - started
    say("country: one national database")
    united = _unite(homes, folder / "nation")
    disk.look()
    _check_rows(homes, folder / "nation" / DATABASE)
    one = _unite(homes[:1], folder / "nation_of_one")
    wall = alone + rest + united.wall
    exponent = math.log(wall / (alone + one.wall)) / math.log(copies)
    highest = sorted(territory.peak_bytes for territory in territories)[-AT_ONCE:]
    together = max(sum(highest), united.peak_bytes)
    reading_seconds = reading * copies
    share = copies / TERRITORIES
    lines = [
        line(f"country: raw Parquet to national database, {copies} territories", wall, "s", MOST_SECONDS * share),
        line(f"country: growth from 1 to {copies} territories", exponent, "exponent", MOST_EXPONENT),
        ratio_line("country: a territory of two at a time / one alone, wall", [rest / (copies - 1) / alone], None),
        ratio_line("country: national database / all before it, wall", [united.wall / (alone + rest)], None),
        line("country: memory of all processes at one time, at most", together / 2**20, "MiB", MOST_BYTES / 2**20),
        line("country: disk", disk.most / 2**30, "GiB", MOST_DISK / 2**30),
        line(f"country: reading {files * copies:,} workbooks, estimated", reading_seconds, "s"),
    ]
    facts = {
        "territories": copies,
        "alone_wall_seconds": alone,
        "rest_wall_seconds": rest,
        "tables_wall_seconds": [territory.tables.wall for territory in territories],
        "tables_cpu_seconds": [territory.tables.cpu for territory in territories],
        "release_wall_seconds": [territory.release.wall for territory in territories],
        "release_cpu_seconds": [territory.release.cpu for territory in territories],
        "nation_wall_seconds": united.wall,
        "nation_cpu_seconds": united.cpu,
        "nation_of_one_wall_seconds": one.wall,
        "territory_peak_bytes": max(highest),
        "nation_peak_bytes": united.peak_bytes,
        "nation_bytes": (folder / "nation" / DATABASE).stat().st_size,
        "disk_bytes": disk.most,
        "workbooks": files * copies,
        "reading_seconds_estimated": reading_seconds,
    }
    return lines, facts


def _tables(home: Home, environment: Mapping[str, str] | None = None) -> Usage:
    return build_tables(home, home.warehouse / "target", environment=environment)


def _publish(home: Home, tables: Usage, disk: Disk) -> Territory:
    """Publish the tables of a home, and leave nothing of it but the release."""
    release = python("-m", "bench.publish_tables", str(home.root))
    disk.look()
    shutil.rmtree(home.warehouse)
    shutil.rmtree(home.raw)
    return Territory(tables, release)


def _unite(homes: Sequence[Home], folder: Path) -> Usage:
    return run([POVERTY, "nation", *(str(home.root) for home in homes), "--to", str(folder)])


def _check_rows(homes: Sequence[Home], database: Path) -> None:
    """Raises WrongCountError unless all territories have as many household rows and, nearly, as many households.

    A number tells the sex and the year of birth of a citizen, and in a copy another sex and year: a few links differ.
    """
    with duckdb.connect(str(database), read_only=True) as connection:
        counts = connection.execute(
            "select count(*), count(distinct household_id) from marts.fct_household_year group by territory"
        ).fetchall()
    rows, households = map(set, zip(*counts, strict=True))
    if len(counts) != len(homes) or len(rows) != 1 or max(households) > MOST_APART * min(households):
        raise WrongCountError(f"household rows and households by territory: {sorted(counts)}")
