"""What every check said in a run, as one table: `quality.check_result`.

A result carries counts and conditions, never a cell.
"""

import json
from dataclasses import asdict
from datetime import UTC, datetime
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import duckdb

from base.check_catalogue import load_checks
from base.home import Home
from base.whole_file import write_whole
from expectations.results import CheckResult
from publication.build_state import checks_folder, fingerprint_of, read_build_state
from publication.inputs import inputs_of

# columns of quality.check_result with their type and meaning
COLUMNS = {
    "check_id": ("VARCHAR", "The check's stable name within its engine; key together with run_id."),
    "run_id": ("VARCHAR", "The run that made the check."),
    "check_code": (
        "VARCHAR",
        "The check's row in quality.check: meaning, owner, what to do and what a failure blocks.",
    ),
    "check_name": ("VARCHAR", "What is checked, for people."),
    "engine": ("VARCHAR", "Who checked: ingestion (with the models over its rows), dbt or great_expectations."),
    "dataset": ("VARCHAR", "The table, sheet role or file level that was checked."),
    "severity": ("VARCHAR", "error or warning, as in quality.check; blocks there says what a failure holds back."),
    "is_passed": ("BOOLEAN", "Whether the check held."),
    "observed": ("VARCHAR", "What was found, as a count or an aggregate."),
    "expected": ("VARCHAR", "What was expected."),
    "checked_at": ("TIMESTAMP", "When the check ran, UTC."),
}
_PASSED = ("pass", "success")
_EXPECTED = {"model": "columns, types, keys and filled cells as promised", "unit_test": "the model's expected rows"}
# generic dbt test -> row of the check catalogue
_GENERIC = {
    "unique": "key_unique",
    "key": "key_unique",
    "not_null": "value_missing",
    "accepted_values": "value_not_accepted",
    "relationships": "reference_missing",
}


def blocks_publication(result: CheckResult) -> bool:
    """Whether the result says that the warehouse itself is wrong: bad input (findings) never blocks a release."""
    return load_checks()[result.check_code].blocks == "release" and not result.is_passed


def save_results(path: Path, results: list[CheckResult]) -> None:
    """Keep results between the step that made them and publication."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, json.dumps([result.to_json() for result in results], ensure_ascii=False, indent=1))


def load_results(path: Path) -> list[CheckResult]:
    """Results kept by `save_results`, an empty list where there are none."""
    if not path.exists():
        return []
    return [CheckResult.from_json(item) for item in json.loads(path.read_text(encoding="utf-8"))]


def from_dbt(manifest: dict[str, Any], run_results: dict[str, Any]) -> list[CheckResult]:
    """The contracts, data tests and unit tests of one `dbt build`.

    dbt's own message may quote values, so only its count is kept. Raises KeyError when a test has no row in the table
    of checks; tests/base/test_check_catalogue.py refuses such a test before it runs.
    """
    results = []
    for outcome in run_results["results"]:
        unique_id = outcome["unique_id"]
        node = manifest["nodes"].get(unique_id) or manifest.get("unit_tests", {}).get(unique_id)
        check_id = _check_id(node) if node else None
        if node is None or check_id is None:
            continue
        is_contract = node["resource_type"] == "model"
        check = load_checks()[dbt_check_code(node)]
        failures = outcome.get("failures")
        status = str(outcome["status"]).lower()
        results.append(
            CheckResult(
                check_id=check_id,
                check_code=check.check_code,
                check_name=check.title_vi,
                engine=check.engine,
                dataset=node["name"] if is_contract else _dataset(node),
                severity=check.severity,
                is_passed=status in _PASSED,
                observed=f"{failures} rows" if failures is not None else status,
                expected="0 rows" if node["resource_type"] == "test" else _EXPECTED[node["resource_type"]],
                checked_at=_completed(outcome),
            )
        )
    return results


def _check_id(node: dict[str, Any]) -> str | None:
    """The name of the check that a dbt node is: a test, or the contract of a model. None for what is no check."""
    if node["resource_type"] == "model":
        return f"contract_{node['name']}" if (node.get("contract") or {}).get("enforced") else None
    return str(node["name"]) if node["resource_type"] in ("test", "unit_test") else None


def table_of(node: dict[str, Any]) -> str:
    """`schema.table` of a model of dbt's manifest, as the build file has it."""
    return f"{node['schema']}.{node['alias']}"


def expected_of(manifest: dict[str, Any]) -> tuple[set[str], set[str]]:
    """(tables, ids of the checks) that a whole build has, by the project's manifest. Unit tests are no part of it."""
    nodes = manifest["nodes"].values()
    tables = {table_of(node) for node in nodes if node["resource_type"] == "model"}
    return tables, {check_id for node in nodes if (check_id := _check_id(node))}


def made_tables(manifest: dict[str, Any], run_results: dict[str, Any]) -> set[str]:
    """The tables that a run of dbt made, `schema.table`."""
    done = [manifest["nodes"].get(outcome["unique_id"]) for outcome in run_results["results"] if _is_made(outcome)]
    return {table_of(node) for node in done if node and node["resource_type"] == "model"}


def _is_made(outcome: dict[str, Any]) -> bool:
    return str(outcome["status"]).lower() in _PASSED


def dbt_check_code(node: dict[str, Any]) -> str:
    """The row of the check catalogue that a dbt node answers to.

    A test may name it (`meta.check_code`); a generic test has its family's, a singular test is called as its row.
    """
    if node["resource_type"] != "test":
        return {"model": "contract", "unit_test": "unit_test"}[node["resource_type"]]
    named = ((node.get("config") or {}).get("meta") or {}).get("check_code")
    generic = (node.get("test_metadata") or {}).get("name")
    return str(named or (_GENERIC.get(generic, generic) if generic else node["name"]))


def left_to_build(home: Home, manifest: dict[str, Any]) -> tuple[list[str], list[str]] | None:
    """What a build that did not come to its end has left, and the tables that may stay, those that are read first.

    Left are, by name, the models that are missing or of other inputs than those of now, all that reads them, and the
    tests that failed or did not run. None where there is nothing to continue: no build, a whole one, one of other
    inputs or of another project.
    """
    state = read_build_state(home)
    tables, checks = expected_of(manifest)
    if state is None or not home.build_file.exists() or state.fingerprint != fingerprint_of(inputs_of(home)):
        return None
    if set(state.tables) != tables or set(state.checks) != checks:
        return None
    fine = {result.check_id for result in load_results(dbt_results_path(home)) if not blocks_publication(result)}
    nodes, kept = manifest["nodes"], []
    left: set[str] = set()
    for key in TopologicalSorter({key: manifest["parent_map"][key] for key in nodes}).static_order():
        node = nodes.get(key, {"resource_type": "source"})
        if node["resource_type"] == "model":
            if table_of(node) in state.other_tables or left.intersection(manifest["parent_map"][key]):
                left.add(key)
            else:
                kept.append(table_of(node))
    tests = [key for key, node in nodes.items() if node["resource_type"] == "test" and _check_id(node) not in fine]
    names = [nodes[key]["name"] for key in (*sorted(left), *tests)]
    return (names, kept) if names and kept else None


def broken_nodes(run_results: dict[str, Any]) -> list[tuple[str, str]]:
    """(name, status) of the models, seeds and tests that broke a `dbt build`, without what was skipped after them."""
    return [
        (outcome["unique_id"].split(".")[2], str(outcome["status"]))
        for outcome in run_results["results"]
        if outcome["status"] in ("error", "fail", "runtime error")
    ]


def _dataset(node: dict[str, Any]) -> str:
    attached = node.get("attached_node") or node.get("model") or ""
    if attached:
        return str(attached).rsplit(".", 1)[-1]
    upstream = (node.get("depends_on") or {}).get("nodes") or ["warehouse"]
    return str(upstream[0]).rsplit(".", 1)[-1]


def _completed(outcome: dict[str, Any]) -> datetime:
    times = [step["completed_at"] for step in outcome.get("timing", []) if step.get("completed_at")]
    return datetime.fromisoformat(times[-1].replace("Z", "+00:00")) if times else datetime.now(UTC)


def from_findings(build_file: Path) -> list[CheckResult]:
    """One result per check that raises findings: whether any open finding carries its code."""
    with duckdb.connect(str(build_file), read_only=True) as connection:
        by_status = {
            status: dict(
                connection.execute(
                    "select check_code, count(*) from quality.finding where status = ? group by check_code", [status]
                ).fetchall()
            )
            for status in ("open", "waived")
        }
    counts, waived = by_status["open"], by_status["waived"]
    now = datetime.now(UTC)
    return [
        CheckResult(
            check_id=check.check_code,
            check_code=check.check_code,
            check_name=check.title_vi,
            engine=check.engine,
            dataset=check.level,
            severity=check.severity,
            is_passed=check.check_code not in counts,
            observed=f"{counts.get(check.check_code, 0)} open findings"
            + (f", {waived[check.check_code]} waived" if check.check_code in waived else ""),
            expected="0 open findings",
            checked_at=now,
        )
        for check in load_checks().values()
        if check.level
    ]


def write_table(connection: duckdb.DuckDBPyConnection, run_id: str, results: list[CheckResult]) -> None:
    """Create `quality.check_result` in the release being built."""
    columns = ", ".join(f"{name} {kind} not null" for name, (kind, _) in COLUMNS.items())
    connection.execute(f"create table quality.check_result ({columns}, primary key (check_id, run_id))")
    connection.execute(
        "comment on table quality.check_result is "
        "'Every check of the release''s run and its result, passed ones too. Grain: check_id, run_id.'"
    )
    for name, (_, meaning) in COLUMNS.items():
        connection.execute(
            f"comment on column quality.check_result.{name} is '{meaning.replace(chr(39), chr(39) * 2)}'"
        )
    rows = []
    for result in results:
        values = {
            **asdict(result),
            "run_id": run_id,
            "checked_at": result.checked_at.astimezone(UTC).replace(tzinfo=None),
        }
        rows.append([values[name] for name in COLUMNS])
    if rows:
        connection.executemany(f"insert into quality.check_result values ({', '.join('?' * len(COLUMNS))})", rows)


def dbt_results_path(home: Home) -> Path:
    """Where the results of the last dbt build wait for publication."""
    return checks_folder(home) / "dbt.json"


def expectations_results_path(home: Home) -> Path:
    """Where the results of the last Great Expectations run wait for publication."""
    return checks_folder(home) / "great_expectations.json"
