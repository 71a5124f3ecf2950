"""Which years and files a province has sent must never block a release: `python -m tests.support.subsets [NUMBER]`.

The clean sample is read and built once. For a subset only the list of received files is cut; then the statements that
dbt ran, and its tests, run again in DuckDB alone, in the order in which dbt would run them. That takes a second or two
where a whole run takes one minute. Reports and Great Expectations are left out.
"""

import json
import random
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

import duckdb

from base.check_catalogue import load_checks
from base.home import Home
from publication.check_results import dbt_check_code

Subset = frozenset[str]


@dataclass(frozen=True)
class Statements:
    """What dbt ran on a home: (name, SQL) of the models in their order, and of the tests that may block a release."""

    home: str
    models: list[tuple[str, str]]
    tests: list[tuple[str, str]]


@dataclass(frozen=True)
class Blocked:
    """A subset that no release comes of, and why."""

    files: Subset
    node: str
    reason: str


def statements_of(home: Home) -> Statements:
    """The statements of the last build of a home."""
    target = home.warehouse / "dbt"
    manifest = json.loads((target / "manifest.json").read_text(encoding="utf-8"))
    nodes = manifest["nodes"]
    models, tests = [], []
    for unique_id in _in_order(nodes):
        node = nodes[unique_id]
        folder = "run" if node["resource_type"] == "model" else "compiled"
        path = target / folder / "poverty" / node["original_file_path"]
        if node["original_file_path"].endswith(".yml"):  # a generic test
            path = path / node["path"].rsplit("/", 1)[-1]
        if node["resource_type"] == "model":
            if node["config"]["materialized"] == "incremental":
                models.append((node["name"], _grown(home, node, target)))
            elif path.exists():
                # dbt makes a table under another name and renames it
                models.append((node["name"], path.read_text(encoding="utf-8").replace("__dbt_tmp", "")))
        elif node["resource_type"] == "test" and load_checks()[dbt_check_code(node)].blocks == "release":
            tests.append((node["name"], node.get("compiled_code") or path.read_text(encoding="utf-8")))
    return Statements(str(home.root), models, tests)


def _grown(home: Home, node: dict[str, Any], target: Path) -> str:
    """A table that rows are added to: empty at first, with the rows that the model adds."""
    with duckdb.connect(str(home.build_file), read_only=True) as build:
        columns = build.execute(f"describe {node['relation_name']}").fetchall()
    compiled = (target / "compiled" / "poverty" / node["original_file_path"]).read_text(encoding="utf-8")
    types = ", ".join(f"{name} {kind}" for name, kind, *_ in columns)
    return f"create table {node['relation_name']} ({types}); insert into {node['relation_name']} by name {compiled}"


def _in_order(nodes: dict[str, dict[str, Any]]) -> Iterator[str]:
    done: set[str] = set()

    def visit(unique_id: str) -> Iterator[str]:
        if unique_id in done or unique_id not in nodes:
            return
        done.add(unique_id)
        for before in sorted(nodes[unique_id]["depends_on"]["nodes"]):
            yield from visit(before)
        yield unique_id

    for unique_id in sorted(nodes):
        yield from visit(unique_id)


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


def try_subset(statements: Statements, files: Subset) -> Blocked | None:
    """Build from some of the accepted files only; None where every table was made and no test blocks."""
    with tempfile.TemporaryDirectory(prefix="subset-") as folder:
        home, source = Home(Path(folder)), Home(Path(statements.home))
        for part in ("raw", "warehouse", "decisions", "secrets", "archive"):
            (home.root / part).mkdir()
        for path in source.raw.iterdir():
            if path.name not in ("source_file.parquet", "finding.parquet"):
                (home.raw / path.name).symlink_to(path)
        home.reference.symlink_to(source.reference)
        for path in (*source.decisions.iterdir(), *source.secrets.iterdir()):
            (home.root / path.parent.name / path.name).symlink_to(path)
        home.finding_ledger.symlink_to(source.finding_ledger)
        with duckdb.connect(str(home.build_file), config={"threads": 1, "preserve_insertion_order": False}) as build:
            for name in ("source_file", "finding"):
                build.execute(
                    f"copy (select * from '{source.raw}/{name}.parquet' "
                    "where source_file_id in (select unnest($files))) "
                    f"to '{home.raw}/{name}.parquet' (format parquet)",
                    {"files": sorted(files)},
                )
            for schema in ("staging", "intermediate", "marts", "quality", "bi"):
                build.execute(f"create schema {schema}")
            return _first_broken(build, statements, files, lambda sql: sql.replace(statements.home, folder))


def _first_broken(
    build: duckdb.DuckDBPyConnection, statements: Statements, files: Subset, moved: Callable[[str], str]
) -> Blocked | None:
    for name, sql in statements.models:
        try:
            build.execute(moved(sql))
        except duckdb.Error as error:
            return Blocked(files, name, type(error).__name__ + ": " + str(error).splitlines()[0])
    for name, sql in statements.tests:
        found = build.execute(f"select count(*) from ({moved(sql)})").fetchall()[0][0]
        if found:
            return Blocked(files, name, f"{found} rows")
    return None


def try_subsets(statements: Statements, subsets: Sequence[Subset], workers: int = 2) -> list[Blocked]:
    """The subsets that are blocked."""
    with ProcessPoolExecutor(workers) as pool:
        tried = pool.map(try_subset, [statements] * len(subsets), subsets, chunksize=4)
        return [blocked for blocked in tried if blocked is not None]


def main(arguments: list[str]) -> int:
    """Try all sets of years and 500 of files, or as many of each as asked for, and print the figures."""
    from tests.support.homes import CLEAN_LANDING, run_once, shared_home

    home = shared_home("clean", lambda home: shutil.copytree(CLEAN_LANDING, home.landing, dirs_exist_ok=True), run_once)
    statements, files = statements_of(home), accepted_files(home)
    years, some = subsets_of_years(files), subsets_of_files(files, 500)
    if arguments:
        years, some = random.Random(1).sample(years, int(arguments[0])), some[: int(arguments[0])]
    blocked = try_subsets(statements, [*years, *some])
    for one in blocked[:20]:
        missing = sorted(f"{year}-{commune}" for file, (year, commune) in files.items() if file not in one.files)
        print(f"{one.node}: {one.reason}; without {', '.join(missing)}")
    print(f"subsets of years tried {len(years)}, of files {len(some)}, blocked {len(blocked)}")
    return 1 if blocked else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
