"""What every check said in a run, as one table: `quality.check_result`.

What belongs here: gathering the results of ingestion's findings, dbt's tests and Great Expectations into one shape.
What does not: making the checks. A result carries counts and conditions, never a cell.
"""

import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from expectations.results import CheckResult
from ingestion.home import Home
from publication.build_state import checks_folder

ERROR, WARNING = "error", "warning"
# columns of quality.check_result with their type and meaning
COLUMNS = {
    "check_id": ("VARCHAR", "The check's stable name within its engine; key together with run_id."),
    "run_id": ("VARCHAR", "The run that made the check."),
    "check_name": ("VARCHAR", "What is checked, for people."),
    "engine": ("VARCHAR", "Who checked: ingestion, dbt or great_expectations."),
    "dataset": ("VARCHAR", "The table, sheet role or file level that was checked."),
    "severity": ("VARCHAR", "error blocks publication when dbt or great_expectations raises it; warning never blocks."),
    "is_passed": ("BOOLEAN", "Whether the check held."),
    "observed": ("VARCHAR", "What was found, as a count or an aggregate."),
    "expected": ("VARCHAR", "What was expected."),
    "checked_at": ("TIMESTAMP", "When the check ran, UTC."),
}
_PASSED = ("pass", "success")


def blocks_publication(result: CheckResult) -> bool:
    """Whether the result says that the warehouse itself is wrong: bad input (ingestion's findings) never blocks."""
    return result.engine != "ingestion" and result.severity == ERROR and not result.is_passed


def save_results(path: Path, results: list[CheckResult]) -> None:
    """Keep results between the step that made them and publication."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        json.dumps([result.to_json() for result in results], ensure_ascii=False, indent=1), encoding="utf-8"
    )


def load_results(path: Path) -> list[CheckResult]:
    """Results kept by `save_results`, an empty list where there are none."""
    if not path.exists():
        return []
    return [CheckResult.from_json(item) for item in json.loads(path.read_text(encoding="utf-8"))]


def from_dbt(manifest: dict[str, Any], run_results: dict[str, Any]) -> list[CheckResult]:
    """The data and unit tests of one `dbt build`. dbt's own message may quote values, so only its count is kept."""
    results = []
    for outcome in run_results["results"]:
        unique_id = outcome["unique_id"]
        node = manifest["nodes"].get(unique_id) or manifest.get("unit_tests", {}).get(unique_id)
        if node is None or node["resource_type"] not in ("test", "unit_test"):
            continue
        severity = str((node.get("config") or {}).get("severity") or ERROR).lower()
        failures = outcome.get("failures")
        status = str(outcome["status"]).lower()
        results.append(
            CheckResult(
                check_id=node["name"],
                check_name=node.get("description") or node["name"].replace("_", " "),
                engine="dbt",
                dataset=_dataset(node),
                severity=WARNING if severity.startswith("warn") else ERROR,
                is_passed=status in _PASSED,
                observed=f"{failures} rows" if failures is not None else status,
                expected="the model's expected rows" if node["resource_type"] == "unit_test" else "0 rows",
                checked_at=_completed(outcome),
            )
        )
    return results


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


def from_findings(build_file: Path, known_codes: dict[str, tuple[str, str, str]]) -> list[CheckResult]:
    """One result per check of the catalogue: whether any open finding carries its code.

    `known_codes` is {check_code: (title, level, severity)}; a code found but not catalogued is reported as well.
    """
    with duckdb.connect(str(build_file), read_only=True) as connection:
        counts = dict(
            connection.execute(
                "select check_code, count(*) from quality.finding where is_open group by check_code"
            ).fetchall()
        )
    now = datetime.now(UTC)
    catalogue = known_codes | {code: (code, "unknown", ERROR) for code in counts if code not in known_codes}
    return [
        CheckResult(
            check_id=code,
            check_name=title,
            engine="ingestion",
            dataset=level,
            severity=severity,
            is_passed=code not in counts,
            observed=f"{counts.get(code, 0)} open findings",
            expected="0 open findings",
            checked_at=now,
        )
        for code, (title, level, severity) in sorted(catalogue.items())
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
