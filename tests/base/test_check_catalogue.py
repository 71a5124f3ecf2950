"""Every check has its complete row in the table of checks, and every row belongs to a check."""

import re
import unicodedata
from pathlib import Path
from typing import Any

import pytest

from base.check_catalogue import load_checks
from expectations.suites import load_suites
from ingestion.findings import CELL_CHECK_CODES, FILE_CHECK_CODES
from publication.check_results import dbt_check_code
from publication.personal_values import CHECK_CODE
from tests.support.manifest import load_manifest

REPOSITORY = Path(__file__).resolve().parents[2]
CHECKS = list(load_checks().values())
# What a column of the table may hold; `quality.check` and the reports are built on these words.
WORDS = {
    "kind": {
        "file", "row", "value", "consistency", "completeness", "published",
        "schema", "distribution", "reconciliation", "identity", "plausibility",
    },
    "engine": {"ingestion", "dbt", "great_expectations"},
    "level": {"file", "row", "value", "consistency", "completeness", "published", ""},
    "severity": {"error", "warning"},
    "blocks": {"nothing", "file", "row", "release"},
    "owner": {"commune", "district", "province", "data_team"},
}  # fmt: skip
SENTENCES = ("title_vi", "meaning_vi", "action_vi", "example_vi")
# How a model names the check whose findings it makes: a literal, after a `case` or as the column `check_code`.
_CODE_IN_SQL = re.compile(r"'([a-z][a-z0-9_]+)'")


@pytest.fixture(scope="module")
def manifest() -> dict[str, Any]:
    return load_manifest()


@pytest.fixture(scope="module")
def tests_of_dbt(manifest: dict[str, Any]) -> list[dict[str, Any]]:
    return [node for node in manifest["nodes"].values() if node["resource_type"] == "test"]


def test_rows_are_complete() -> None:
    wrong = []
    for check in CHECKS:
        texts = {column: getattr(check, column) for column in SENTENCES}
        wrong += [(check.check_code, column) for column, words in WORDS.items() if getattr(check, column) not in words]
        wrong += [
            (check.check_code, column)
            for column, text in texts.items()
            if not text
            or text != unicodedata.normalize("NFC", text).strip()
            or (column != "title_vi" and not text.endswith((".", "?")))
            or re.search(r"[\"|]", text)
        ]
        if check.level and not (check.title_en and check.action_en.endswith(".")):  # findings are said in English too
            wrong.append((check.check_code, "title_en or action_en"))
        if not re.fullmatch(r"[a-z][a-z0-9_]*", check.check_code):
            wrong.append((check.check_code, "check_code"))
    assert wrong == []


def test_what_a_check_blocks_follows_from_its_level_and_severity() -> None:
    """Bad input never blocks a release; an error of the warehouse itself always does (docs/checks.md)."""
    wrong = []
    for check in CHECKS:
        blocks = "nothing"
        if check.severity == "error" and check.level in ("file", "row", ""):
            blocks = check.level or "release"
        if check.blocks != blocks:
            wrong.append(check.check_code)
    assert wrong == []


def test_codes_and_titles_are_unique() -> None:
    assert len({check.title_vi for check in CHECKS}) == len(CHECKS) == len({check.check_code for check in CHECKS})


def test_every_dbt_test_has_its_row_of_the_same_severity(tests_of_dbt: list[dict[str, Any]]) -> None:
    assert len(tests_of_dbt) > 30
    for node in tests_of_dbt:
        check = load_checks().get(dbt_check_code(node))
        assert check is not None, f"{node['name']}: add its row to reference/checks/check_catalogue.csv"
        assert check.engine == "dbt", node["name"]
        severity = {"warn": "warning"}.get(str(node["config"]["severity"]).lower(), "error")
        assert severity == check.severity, node["name"]


def codes_that_models_make(manifest: dict[str, Any]) -> set[str]:
    """Check codes named by the models and macros that make findings, compiled or not."""
    makers = [
        node["raw_code"]
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model"
        and (node["name"].startswith("int_finding") or "row_problem" in node["name"])
    ]
    makers += [
        macro["macro_sql"]
        for macro in manifest["macros"].values()
        if macro["package_name"] == "poverty" and ("value_" in macro["name"] or "row_problem" in macro["name"])
    ]
    known = {check.check_code for check in CHECKS if check.level}
    return {code for sql in makers for code in _CODE_IN_SQL.findall(sql)} & known


def test_findings_and_rows_belong_together(manifest: dict[str, Any]) -> None:
    """A file check is worded by ingestion; any other that raises findings is made by a model."""
    of_files = {check.check_code for check in CHECKS if check.level == "file"}
    assert of_files == set(FILE_CHECK_CODES)
    others = {check.check_code for check in CHECKS if check.level} - of_files
    assert codes_that_models_make(manifest) | set(CELL_CHECK_CODES) == others


def test_no_row_is_without_a_check(manifest: dict[str, Any], tests_of_dbt: list[dict[str, Any]]) -> None:
    # The families stay when nothing of their kind happens to be there.
    families = {"contract", "unit_test", "key_unique", "value_missing", "value_not_accepted", "reference_missing"}
    used = families | {dbt_check_code(node) for node in tests_of_dbt}
    used |= {item.check_code for suite in load_suites() for item in suite.expectations} | {CHECK_CODE}
    assert {check.check_code for check in CHECKS if not check.level} == used


def test_the_codes_that_models_write_are_of_the_table(manifest: dict[str, Any]) -> None:
    """`'…' as check_code` and the literals beside it: a code without a row would never reach quality.finding."""
    named = set()
    for node in manifest["nodes"].values():
        if node["resource_type"] == "model":
            named |= set(re.findall(r"'([a-z0-9_]+)' as check_code", node["raw_code"]))
    assert named
    assert named <= {check.check_code for check in CHECKS}
