"""The parts of docs/ that repeat what the code says: `python -m tools.generated_docs` writes them, `--check` compares.

What belongs here: turning table contracts and check catalogues into Markdown between two marker lines. What does not:
what a table or a check means, which stands beside it (dbt's YAML, the seed `check_catalogue`, `expectations/suites`).
"""

import argparse
import json
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from base.check_catalogue import Check, load_checks
from base.product import PACKAGES
from base.release_layout import PUBLIC_SCHEMAS
from dagster_project.dbt_project import ensure_manifest
from expectations.redaction import expected_text, thresholds_text
from expectations.suites import Expectation, Threshold, load_suites, load_thresholds
from publication.check_results import COLUMNS, dbt_check_code

LEVELS = {
    "file": "Severity error: the whole file is rejected. An earlier accepted submission stays in force.",
    "row": "The row is quarantined, a household's member rows with it. The rest of the file loads.",
    "value": "The cell counts as missing (a mark: as no). The row loads.",
    "consistency": "Nothing is changed.",
    "completeness": "The figures of the year are marked provisional.",
}
_COMMAND = "python -m tools.generated_docs"


def _table(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    def line(cells: Iterable[object]) -> str:
        return "| " + " | ".join(_cell(cell) for cell in cells) + " |"

    return "\n".join([line(headings), line("---" for _ in headings), *(line(row) for row in rows)])


def _cell(value: object) -> str:
    return " ".join(str("" if value is None else value).split()).replace("|", "\\|")


def load_manifest() -> dict[str, Any]:
    """The dbt project as parsed now."""
    manifest: dict[str, Any] = json.loads(ensure_manifest().read_text(encoding="utf-8"))
    return manifest


def public_tables(manifest: dict[str, Any]) -> list[dict[str, Any]]:
    """Every public table by schema and name: its description, key and columns (name, type, nullable, meaning)."""
    tables = [
        {
            "name": f"{node['schema']}.{node['name']}",
            "description": node["description"],
            "key": next((c["columns"] for c in node["constraints"] if c["type"] == "primary_key"), []),
            "columns": [_column(column) for column in node["columns"].values()],
            "source": node["original_file_path"],
        }
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model" and node["schema"] in PUBLIC_SCHEMAS
    ]
    check_result = {
        "name": "quality.check_result",
        "description": "Every check of the release's run and its result, passed ones too. Written by publication.",
        "key": ["check_id", "run_id"],
        "columns": [(name, kind.lower(), False, meaning) for name, (kind, meaning) in COLUMNS.items()],
    }
    return sorted([*tables, check_result], key=lambda table: str(table["name"]))


def _column(column: dict[str, Any]) -> tuple[str, str, bool, str]:
    required = any(constraint["type"] == "not_null" for constraint in column["constraints"])
    return column["name"], column["data_type"], not required, column["description"]


def table_list(manifest: dict[str, Any]) -> str:
    """Name, first sentence and key of every public table."""

    def about(table: dict[str, Any]) -> str:
        # Grain and key follow in their own column and section.
        return " ".join(str(table["description"]).split()).split(" Grain:")[0]

    return _table(
        ("table", "what it holds", "key"),
        (
            (
                f"[`{table['name']}`](#{table['name'].replace('.', '')})",
                about(table),
                ", ".join(f"`{name}`" for name in table["key"]),
            )
            for table in public_tables(manifest)
        ),
    )


def table_columns(manifest: dict[str, Any]) -> str:
    """One section per public table with all its columns."""
    sections = []
    for table in public_tables(manifest):
        columns = _table(
            ("column", "type", "null", "meaning"),
            (
                (f"`{name}`", kind, "yes" if nullable and name not in table["key"] else "", meaning)
                for name, kind, nullable, meaning in table["columns"]
            ),
        )
        sections.append(f"### {table['name']}\n\n{' '.join(table['description'].split())}\n\n{columns}")
    return "\n\n".join(sections)


def _check_rows(checks: Iterable[Check]) -> str:
    return _table(
        ("check_code", "severity", "blocks", "who acts", "tên", "ý nghĩa", "cách xử lý", "ví dụ"),
        (
            (
                f"`{check.check_code}`",
                check.severity,
                check.blocks,
                check.owner.replace("_", " "),
                check.title_vi,
                check.meaning_vi,
                check.action_vi,
                check.example_vi,
            )
            for check in checks
        ),
    )


def finding_checks() -> str:
    """The checks that raise findings, by level and kind."""
    sections = []
    for level, kind in dict.fromkeys((check.level, check.kind) for check in load_checks().values() if check.level):
        name = f"Level {level}" if kind == level else f"Level {level}, kind {kind}"
        rows = _check_rows(check for check in load_checks().values() if (check.level, check.kind) == (level, kind))
        sections.append(f"### {name}\n\n{LEVELS[level]}\n\n{rows}")
    return "\n\n".join(sections)


def warehouse_checks(engine: str) -> str:
    """The checks of an engine that raise no findings, by kind."""
    checks = [check for check in load_checks().values() if check.engine == engine and not check.level]
    return "\n\n".join(
        f"### {engine.replace('_', ' ').capitalize() if engine != 'dbt' else 'dbt'}: {kind}\n\n"
        + _check_rows(check for check in checks if check.kind == kind)
        for kind in dict.fromkeys(check.kind for check in checks)
    )


def dbt_tests(manifest: dict[str, Any]) -> str:
    """The tests that dbt runs with every build, each with its row of the table."""
    tests = [node for node in manifest["nodes"].values() if node["resource_type"] == "test"]
    return _table(
        ("test", "check_code", "about", "what a failure means, what to do"),
        (
            (f"`{node['name']}`", f"`{dbt_check_code(node)}`", f"`{_tested(node)}`", node["description"])
            for node in sorted(tests, key=lambda node: str(node["name"]))
        ),
    )


def _tested(node: dict[str, Any]) -> str:
    if node.get("attached_node"):
        return str(node["attached_node"]).rsplit(".", 1)[-1]
    reference = node["config"]["meta"].get("dagster", {}).get("ref", {}).get("name")
    return str(reference or node["depends_on"]["nodes"][0].rsplit(".", 1)[-1])


def unit_tests(manifest: dict[str, Any]) -> str:
    """The rules that are proved on made-up rows."""
    return _table(
        ("unit test", "model", "what it proves"),
        (
            (f"`{test['name']}`", f"`{test['model']}`", test["description"])
            for test in sorted(manifest["unit_tests"].values(), key=lambda test: (test["model"], test["name"]))
        ),
    )


def expectations() -> str:
    """The Great Expectations suites with their thresholds."""
    thresholds: dict[str, list[Threshold]] = {}
    for threshold in load_thresholds():
        thresholds.setdefault(threshold.expectation, []).append(threshold)
    sections = []
    for suite in load_suites():
        table = _table(
            ("check", "check_code", "title", "what a failure means", "expected"),
            (
                (
                    f"`{item.id.split('.', 1)[1]}`",
                    f"`{item.check_code}`",
                    item.title_vi,
                    item.meaning,
                    _expected(item, thresholds.get(item.id, [])),
                )
                for item in suite.expectations
            ),
        )
        sections.append(f"### {suite.dataset}\n\n{table}")
    return "\n\n".join(sections)


def _expected(item: Expectation, thresholds: Sequence[Threshold]) -> str:
    if item.measure is None:
        return expected_text(item.kwargs)
    return thresholds_text((bound.survey_year, bound.minimum, bound.maximum) for bound in thresholds)


def blocks() -> dict[str, dict[str, Callable[[], str]]]:
    """{file in docs/: {name of a generated part: what writes it}}."""
    manifest = load_manifest()
    return {
        "marts.md": {"table list": lambda: table_list(manifest), "tables": lambda: table_columns(manifest)},
        "checks.md": {
            "finding checks": finding_checks,
            "publication checks": lambda: warehouse_checks("ingestion"),
            "dbt checks": lambda: warehouse_checks("dbt"),
            "dbt tests": lambda: dbt_tests(manifest),
            "unit tests": lambda: unit_tests(manifest),
            "expectation checks": lambda: warehouse_checks("great_expectations"),
            "expectations": expectations,
        },
    }


def with_block(text: str, name: str, content: str) -> str:
    """A document with one generated part replaced. Raises ValueError when its marker lines are not there."""
    begin, end = f"<!-- {name}: written by {_COMMAND} -->", f"<!-- end of {name} -->"
    before, found, rest = text.partition(begin)
    _, closed, after = rest.partition(end)
    if not found or not closed:
        raise ValueError(f"The marker lines are missing: {begin} … {end}")
    return f"{before}{begin}\n\n{content}\n\n{end}{after}"


def documents(folder: Path = PACKAGES / "docs") -> dict[Path, tuple[str, str]]:
    """{document: (its text, the text it should have)}."""
    result = {}
    for file, parts in blocks().items():
        path = folder / file
        now = wanted = path.read_text(encoding="utf-8")
        for name, write in parts.items():
            wanted = with_block(wanted, name, write())
        result[path] = (now, wanted)
    return result


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the generated parts, or with `--check` exit 1 when one is stale."""
    parser = argparse.ArgumentParser(prog=_COMMAND, description=__doc__.partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="change nothing; exit 1 when a document is stale")
    check = parser.parse_args(arguments).check
    stale = {path: wanted for path, (now, wanted) in documents().items() if now != wanted}
    for path, wanted in stale.items():
        if not check:
            path.write_text(wanted, encoding="utf-8")
        print(f"{path.relative_to(PACKAGES)} {'is stale: run ' + _COMMAND if check else 'written'}")
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
