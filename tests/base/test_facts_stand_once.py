"""`reference/` is the only place of facts: no other file names an indicator, need, cause, standard or commune."""

import re
import subprocess

import pytest

from base.reference import read_table
from tests.support.homes import REPOSITORY

_FACTS = {
    "indicators": ("indicator_code", "name_vi"),
    "needs": ("need_code", "name_vi"),
    "causes": ("cause_code", "name_vi"),
    "poverty_standards": ("standard_code", "name_vi"),
    "administrative_units": ("commune_code", "commune_name"),
}
# Codes that are words of their own.
_WORDS = {"other", "knowledge"}
# What names one all the same, and why.
_MAY = {
    r"dbt/models/.*\.yml": "rows of unit tests, and examples in descriptions",
    r"dbt/tests/fixtures/.*": "rows of tests",
    r"reports/forms/specifications/form_10\.yml": "the circular prints these eight causes in its own words",
    r"reports/forms/(year|hamlet)_figures\.py": "children without insurance are persons, not marks of households",
    r"reports/feedback/correction_workbook\.py|sample/codes\.py": "an example in a docstring",
    r"(bench/sample|spark/inputs)\.py": "which workbooks of a pack are measured",
}


def _names() -> re.Pattern[str]:
    names = {row[column] for table, columns in _FACTS.items() for row in read_table(table) for column in columns}
    found = sorted(map(re.escape, names - _WORDS - {""}), key=len, reverse=True)
    return re.compile(rf"(?<!\w)({'|'.join(found)})(?!\w)")


def facts_in(text: str) -> set[str]:
    """The facts that a text names."""
    return set(_names().findall(text))


@pytest.mark.parametrize("text", ["where code = 'water_source'", "Xã Phú Túc,", "'29161'", "standard ND07-2021"])
def test_a_fact_is_found(text: str) -> None:
    assert facts_in(text)


def test_no_other_file_names_one() -> None:
    tracked = subprocess.run(["git", "ls-files"], cwd=REPOSITORY, capture_output=True, text=True, check=True).stdout
    names = _names()
    wrong = {}
    for path in tracked.splitlines():
        if not re.fullmatch(r".*\.(py|sql|ya?ml|j2|js|mjs|toml|sh|html|css)|Makefile", path):
            continue
        if path.startswith(("reference/", "tests/")) or any(re.fullmatch(may, path) for may in _MAY):
            continue
        found = set(names.findall((REPOSITORY / path).read_text(encoding="utf-8")))
        if found:
            wrong[path] = found
    assert wrong == {}
