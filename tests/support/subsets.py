"""Which years and files a province has sent must never block a release: `python -m tests.support.subsets [NUMBER]`.

The clean sample is read and built once. For a subset only the list of received files is cut; then the statements that
dbt ran, and its tests, run again in DuckDB alone, in the order in which dbt would run them. That takes a second or two
where a whole run takes one minute. Reports and Great Expectations are left out.
"""

import random
import shutil
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import duckdb

from base.home import Home
from tests.support.statements import open_build, release_tests, statements_for

Subset = frozenset[str]


@dataclass(frozen=True)
class Blocked:
    """A subset that no release comes of, and why."""

    files: Subset
    node: str
    reason: str


def accepted_files(home: Home) -> dict[str, tuple[int, str]]:
    """{source_file_id: (survey year, commune)} of the accepted files."""
    rows = duckdb.sql(
        f"select source_file_id, survey_year, commune_code from '{home.raw}/source_file.parquet' "
        "where status = 'accepted' order by all"
    ).fetchall()
    return {file: (year, commune) for file, year, commune in rows}


def subsets_of_years(files: dict[str, tuple[int, str]]) -> list[Subset]:
    """The files of every set of years but the empty one: 1,023 of ten years."""
    years = sorted({year for year, _ in files.values()})
    return [
        frozenset(file for file, (year, _) in files.items() if year in chosen)
        for size in range(1, len(years) + 1)
        for chosen in combinations(years, size)
    ]


def subsets_of_files(files: dict[str, tuple[int, str]], number: int, seed: int = 12) -> list[Subset]:
    """Random sets of files of every size, so that communes miss years in the middle."""
    chance = random.Random(seed)
    names = sorted(files)
    return [frozenset(chance.sample(names, chance.randint(1, len(names) - 1))) for _ in range(number)]


def try_subset(source: Home, files: Subset) -> Blocked | None:
    """Build from some of the accepted files of a home only; None where every table was made and no test blocks."""
    with tempfile.TemporaryDirectory(prefix="subset-") as folder:
        home = Home(Path(folder))
        for part in ("raw", "warehouse", "decisions", "secrets", "archive"):
            (home.root / part).mkdir()
        for path in source.raw.iterdir():
            if path.name not in ("source_file.parquet", "finding.parquet"):
                (home.raw / path.name).symlink_to(path)
        home.reference.symlink_to(source.reference)
        for path in (*source.decisions.iterdir(), *source.secrets.iterdir()):
            (home.root / path.parent.name / path.name).symlink_to(path)
        home.finding_ledger.symlink_to(source.finding_ledger)
        with open_build(home) as build:
            for name in ("source_file", "finding"):
                build.execute(
                    f"copy (select * from '{source.raw}/{name}.parquet' "
                    "where source_file_id in (select unnest($files))) "
                    f"to '{home.raw}/{name}.parquet' (format parquet)",
                    {"files": sorted(files)},
                )
            return _first_broken(build, home, files)


def _first_broken(build: duckdb.DuckDBPyConnection, home: Home, files: Subset) -> Blocked | None:
    build.execute("begin")  # never committed: writing each table to the disk takes a third of the time
    for name, sql in statements_for(home):
        try:
            build.execute(sql)
        except duckdb.Error as error:
            return Blocked(files, name, type(error).__name__ + ": " + str(error).splitlines()[0])
    for name, sql in release_tests(home):
        found = build.execute(sql).fetchall()[0][0]
        if found:
            return Blocked(files, name, f"{found} rows")
    return None


def try_subsets(source: Home, subsets: Sequence[Subset], workers: int = 2) -> list[Blocked]:
    """The subsets of the accepted files of a home that are blocked."""
    statements_for(source)  # recorded once, before there are two processes
    with ProcessPoolExecutor(workers) as pool:
        blocked = []
        for tried, one in enumerate(pool.map(try_subset, [source] * len(subsets), subsets, chunksize=4), start=1):
            blocked += [] if one is None else [one]
            if tried % 50 == 0:
                print(f"{tried} of {len(subsets)} subsets tried, {len(blocked)} blocked", file=sys.stderr, flush=True)
        return blocked


def main(arguments: list[str]) -> int:
    """Try all sets of years and 500 of files, or as many of each as asked for, and print the figures."""
    from tests.support.homes import CLEAN_LANDING, shared_home
    from tests.support.publish_tables import publish_tables

    home = shared_home(
        "clean", lambda home: shutil.copytree(CLEAN_LANDING, home.landing, dirs_exist_ok=True), publish_tables
    )
    files = accepted_files(home)
    years, some = subsets_of_years(files), subsets_of_files(files, 500)
    if arguments:
        years, some = random.Random(1).sample(years, int(arguments[0])), some[: int(arguments[0])]
    blocked = try_subsets(home, [*years, *some])
    for one in blocked[:20]:
        missing = sorted(f"{year}-{commune}" for file, (year, commune) in files.items() if file not in one.files)
        print(f"{one.node}: {one.reason}; without {', '.join(missing)}")
    print(f"subsets of years tried {len(years)}, of files {len(some)}, blocked {len(blocked)}")
    return 1 if blocked else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
