"""The suites and thresholds that are in the repository are well-formed, and ill-formed ones are refused."""

import re
from collections import Counter
from pathlib import Path

import pytest
import yaml

from expectations import suites
from expectations.datasets import RAW_ROLES
from expectations.errors import SuiteError
from expectations.suites import load_suites, load_thresholds, suite_names
from tests.support.homes import REPOSITORY

MARTS = {path.stem for path in (REPOSITORY / "dbt" / "models" / "marts").rglob("*.sql")}
RAW = {"raw_household", "raw_member", "raw_total", "raw_source_file"}
SURVEY_YEARS = set(range(2021, 2031))
EXPECTATIONS = [item for suite in load_suites() for item in suite.expectations]
MEASURES = [item for item in EXPECTATIONS if item.measure is not None]
PERSONAL = r"head_name|full_name|citizen_id|head_birth|\bbirth|hamlet|\bnote\b|household_code|household_id"
AGGREGATE = r"\b(count|share|avg|sum|mean_of|max|by_field|unreadable|households|heads)\b"


def test_every_raw_role_has_its_suite_and_any_other_is_of_a_mart() -> None:
    names = suite_names()
    assert set(names[: len(RAW)]) == RAW
    assert set(names[len(RAW) :]) - MARTS == set()


def test_ids_are_unique_and_titles_too_within_a_dataset() -> None:
    ids = Counter(item.id for item in EXPECTATIONS)
    titles = Counter((suite.dataset, item.title_vi) for suite in load_suites() for item in suite.expectations)
    assert [name for name, count in (ids + titles).items() if count > 1] == []


def test_raw_suites_warn_but_for_their_structure() -> None:
    raw = [item for item in EXPECTATIONS if item.id.startswith("raw_")]
    assert [i.id for i in raw if (i.check.severity == "error") != i.id.endswith(".columns")] == []


def test_a_measure_has_one_threshold_for_any_year_and_reads_its_dataset() -> None:
    any_year = Counter(threshold.expectation for threshold in load_thresholds() if threshold.survey_year is None)
    assert [i.id for i in MEASURES if any_year[i.id] != 1 or "{batch}" not in (i.measure or "")] == []


def test_a_measure_over_rows_gives_aggregates_only() -> None:
    """Its value is a number that DuckDB makes of many rows: what stands before `as value` is an aggregate."""
    wrong = []
    for item in MEASURES:
        if item.id.startswith(("raw_", "fct_")):
            value = re.findall(r"select(?:(?!select).)*? as value\b", item.measure or "", re.DOTALL)[-1]
            plain = re.sub(r"(count|share|mean_of|avg|sum)\(.*\)", "", value, flags=re.DOTALL)
            if re.search(PERSONAL, plain) or not re.search(AGGREGATE, value):
                wrong.append(item.id)
    assert wrong == []


def test_thresholds_name_measures_once_a_year_with_a_basis_and_bounds() -> None:
    thresholds = load_thresholds()
    keys = Counter((threshold.expectation, threshold.survey_year) for threshold in thresholds)
    assert [key for key, count in keys.items() if count > 1] == []
    assert {threshold.expectation for threshold in thresholds} == {item.id for item in MEASURES}
    wrong = []
    for row in thresholds:
        bounds = [bound for bound in (row.minimum, row.maximum) if bound is not None]
        if not row.basis or row.survey_year not in {None, *SURVEY_YEARS} or not bounds or bounds != sorted(bounds):
            wrong.append((row.expectation, row.survey_year))
    assert wrong == []


def test_raw_columns_follow_the_form_maps() -> None:
    columns = {item.id: item.kwargs["column_set"] for item in EXPECTATIONS if "column_set" in item.kwargs}
    assert {"source_file_id", "household_code", "is_deprived_waste_treatment"} <= set(columns["raw_household.columns"])
    assert {"row_number", "relation_to_head", "has_health_insurance"} <= set(columns["raw_member.columns"])
    assert {f"raw_{role}.columns" for role in RAW_ROLES} <= set(columns)


GOOD = {
    "id": "made_up.one",
    "title_vi": "Một",
    "expectation": "expect_column_values_to_be_in_set",
    "kwargs": {"column": "one", "value_set": [1]},
    "check_code": "mart_values_possible",
    "meaning": "It is not one.",
}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"meaning": ""}, "none of them empty"),
        ({"extra": 1}, "exactly these attributes"),
        ({"check_code": "key_unique"}, "no row of engine great_expectations"),
        ({"check_code": "made_up"}, "no row of engine great_expectations"),
        ({"id": "another.one"}, "must begin with"),
        ({"expectation": "expect_column_distinct_values_to_be_in_set"}, "known to hold no cell value"),
    ],
)
def test_an_ill_formed_suite_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: dict[str, object], message: str
) -> None:
    monkeypatch.setattr(suites, "SUITE_FOLDER", tmp_path)
    path = tmp_path / "made_up.yml"
    path.write_text(yaml.safe_dump({"dataset": "made_up", "expectations": [GOOD]}), "utf-8")
    assert load_suites()[0].expectations[0].id == "made_up.one"
    path.write_text(yaml.safe_dump({"dataset": "made_up", "expectations": [{**GOOD, **change}]}), "utf-8")
    with pytest.raises(SuiteError, match=message):
        load_suites()
