"""What dbt sends to DuckDB, recorded once for a state of the code, and sent again without dbt.

dbt takes ten seconds and more to send what DuckDB does in two. Tests of what tables say send the statements themselves;
dbt sends them in tests of whole runs.
"""

import json
import re
import shutil
from collections.abc import Collection
from datetime import date

import duckdb
import yaml

from base.build_date import today
from base.check_catalogue import load_checks
from base.home import Home
from base.machine import memory_limit
from dagster_project.parsed_project import ensure_manifest
from ingestion.decisions import write_decisions
from ingestion.ingest import ingest
from ingestion.pseudonym_key import ensure_key
from publication.check_results import dbt_check_code
from tests.support.homes import STATEMENTS, land_micro, shared_home, shared_micro_home, target_of
from tests.support.warehouse import PROJECT, build_file, dbt, ensure_reference

# (node of dbt or name of the connection, SQL)
Statement = tuple[str, str]

_GROWN = "grown.json"
# The notes of what each part is made from, with the question before them whether all rows belong to one.
_NOTES = re.compile(r"(/\*.*?\*/)?\s*(select error\(|insert into kept\.)")
# What changes nothing, and transactions: all is sent again in one.
_ASKS = re.compile(r"(/\*.*?\*/)?\s*(begin|commit|select|describe)\b", re.IGNORECASE)
_PROFILE = yaml.safe_load((PROJECT / "profiles.yml").read_text("utf-8"))["poverty"]["outputs"]["build"]


def make_tables(
    home: Home,
    day: date | None = None,
    *,
    of: Collection[str] = (),
    but: Collection[str] = (),
    noted: bool = False,
) -> None:
    """Make every table of the build file, as `dbt run` does; `day` is the day that the build is made for.

    With `of` only these tables, `schema.table`, and what they are made from; without the models named in `but`, which
    are made already. With `noted` what each part is made from is noted, so that the next run of dbt keeps what did not
    change.
    """
    ensure_reference(home)
    statements = statements_for(home, day, again=build_file(home).exists(), noted=noted)
    wanted = _made_from(of) if of else set()
    with open_build(home) as build:
        build.execute("begin")
        for name, sql in statements:
            if not name.startswith("model.") or (name not in but and (not of or name in wanted)):
                build.execute(sql)
        build.execute("commit")


def _made_from(tables: Collection[str]) -> set[str]:
    """The nodes of tables and of all that they are made from."""
    manifest = json.loads(ensure_manifest().read_text("utf-8"))
    nodes = {f"{node['schema']}.{node['alias']}": name for name, node in manifest["nodes"].items()}
    found, rest = set(), [nodes[table] for table in tables]
    while rest:
        found.add(name := rest.pop())
        rest += [parent for parent in manifest["parent_map"][name] if parent not in found]
    return found


def open_build(home: Home) -> duckdb.DuckDBPyConnection:
    """The build file as dbt opens it, but for the second thread, as both workers of the tests are busy, and for what
    pays in large tables only: the search for the shortest way to write each column, half of what it takes to write
    small ones, and for expressions that occur twice, a sixth of their queries."""
    build = duckdb.connect(
        str(build_file(home)), config={**_PROFILE["config_options"], "threads": 1, "memory_limit": memory_limit()}
    )
    build.execute("set force_compression = 'uncompressed'; set disabled_optimizers = 'common_subexpressions'")
    return build


def statements_for(home: Home, day: date | None = None, *, again: bool = False, noted: bool = True) -> list[Statement]:
    """What `dbt run` sends for a new build file of a home, or for one that is there, in its order."""
    statements = _read(STATEMENTS, home, day)
    if again:
        grown = [one for one in _read(_GROWN, home, day) if one[0].startswith("model.")]
        (model,) = {name for name, _ in grown}
        place = [name for name, _ in statements].index(model)
        statements = [one for one in statements if one[0] != model]
        statements[place:place] = grown
    return [(name, sql) for name, sql in statements if (noted if _NOTES.match(sql) else not _ASKS.match(sql))]


def release_tests(home: Home) -> list[Statement]:
    """The tests of dbt that may block a release; each counts what is wrong in its first column."""
    manifest = json.loads(ensure_manifest().read_text("utf-8"))
    checks = load_checks()
    blocking = {
        unique_id
        for unique_id, node in manifest["nodes"].items()
        if node["resource_type"] == "test" and checks[dbt_check_code(node)].blocks == "release"
    }
    return [(name, sql) for name, sql in _read(STATEMENTS, home) if name in blocking and "count(*) as failures" in sql]


def _read(name: str, home: Home, day: date | None = None) -> list[Statement]:
    recorded = shared_micro_home() if name == STATEMENTS else built_home()
    text = (target_of(recorded) / name).read_text("utf-8").replace(str(recorded.root), str(home.root))
    assert name != STATEMENTS or text.count(_since(today())) == 1
    text = text.replace(_since(today()), _since(day or today()))
    return [(node, sql) for node, sql in json.loads(text)]


def _since(day: date) -> str:
    """The one place where the day of the build is in what dbt sends."""
    return f"expires_on < cast('{day}' as date)"


def built_home() -> Home:
    """The tables of the micro pack, and what dbt sends to add rows to one of them. Only read it."""
    return shared_home("built", _land, _build)


def _land(home: Home) -> None:
    land_micro(home)
    shutil.copy(__file__, home.root)  # recorded again when this module changes


def _build(home: Home) -> None:
    ensure_key(home)
    ingest(home)
    write_decisions(home)
    make_tables(home, noted=True)
    dbt(home, "run", "--select", "config.materialized:incremental", statements=target_of(home) / _GROWN)
