"""Suites and thresholds as data: reading `suites/*.yml` and the thresholds, and refusing what is not well-formed.

A new check or another bound is a row in those files. Imports nothing slow, so that reports and docs can read the
meanings.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]

from base.check_catalogue import Check, load_checks
from base.forms import fields_of_role, load_forms
from base.reference import read_table
from expectations.errors import SuiteError
from expectations.redaction import TELLABLE_TYPES
from expectations.results import ENGINE

SUITE_FOLDER = Path(__file__).parent / "suites"
MEASURE_TYPE = "expect_measure_within_thresholds"
ATTRIBUTES = ("id", "title_vi", "expectation", "kwargs", "check_code", "meaning")


@dataclass(frozen=True)
class Expectation:
    """One check. `kwargs` go to Great Expectations as they are, but a measure's SQL, which thresholds judge.

    `check_code` is its row of the check catalogue, which holds its severity, owner and what to do.
    """

    id: str
    title_vi: str
    expectation: str
    kwargs: dict[str, Any]
    check_code: str
    meaning: str

    @property
    def check(self) -> Check:
        """The row of the check catalogue."""
        return load_checks()[self.check_code]

    @property
    def measure(self) -> str | None:
        """The SQL that gives `survey_year, value` rows over `{batch}`; None for Great Expectations' own types."""
        return self.kwargs["measure"] if self.expectation == MEASURE_TYPE else None


@dataclass(frozen=True)
class Suite:
    """The checks of one dataset."""

    dataset: str
    expectations: tuple[Expectation, ...]


@dataclass(frozen=True)
class Threshold:
    """The bounds of one measure in one survey year; without a year, of every year that has no row of its own."""

    expectation: str
    survey_year: int | None
    minimum: float | None
    maximum: float | None
    basis: str


def suite_names() -> list[str]:
    """Every dataset that has a suite, raw before marts."""
    names = sorted(path.stem for path in SUITE_FOLDER.glob("*.yml"))
    return sorted(names, key=lambda name: not name.startswith("raw_"))


def load_suites(names: Sequence[str] | None = None) -> list[Suite]:
    """The suites named, or all.

    Raises SuiteError when a suite is unknown or not well-formed.
    """
    known = suite_names()
    unknown = sorted(set(names or ()) - set(known))
    if unknown:
        raise SuiteError(f"There is no suite {', '.join(unknown)}; there are: {', '.join(known)}.")
    return [_load_suite(SUITE_FOLDER / f"{name}.yml") for name in (known if names is None else names)]


def load_thresholds() -> list[Threshold]:
    """Every threshold in the tables' order; the territory's own take the place of the national ones of their check."""
    own = read_table("territory_thresholds")
    replaced = {row["expectation"] for row in own}
    return [
        Threshold(
            row["expectation"],
            int(row["survey_year"]) if row["survey_year"] else None,
            float(row["minimum"]) if row["minimum"] else None,
            float(row["maximum"]) if row["maximum"] else None,
            row["basis"],
        )
        for row in [*(row for row in read_table("thresholds") if row["expectation"] not in replaced), *own]
    ]


def _load_suite(path: Path) -> Suite:
    content = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    if content.get("dataset") != path.stem:
        raise SuiteError(f"{path.name}: `dataset` must be {path.stem}.")
    return Suite(path.stem, tuple(_expectation(path, item) for item in content["expectations"]))


def _expectation(path: Path, item: dict[str, Any]) -> Expectation:
    name = f"{path.name}: {item.get('id', 'an expectation without an id')}"
    if set(item) != set(ATTRIBUTES) or not all(item[attribute] for attribute in ATTRIBUTES):
        raise SuiteError(f"{name} must have exactly these attributes, none of them empty: {', '.join(ATTRIBUTES)}.")
    if not item["id"].startswith(f"{path.stem}."):
        raise SuiteError(f"{name}: the id must begin with `{path.stem}.`.")
    check = load_checks().get(item["check_code"])
    if check is None or check.engine != ENGINE:
        raise SuiteError(
            f"{name}: {item['check_code']} is no row of engine {ENGINE} in reference/checks/check_catalogue.csv."
        )
    if item["expectation"] != MEASURE_TYPE and item["expectation"] not in TELLABLE_TYPES:
        raise SuiteError(
            f"{name}: {item['expectation']} is not among the types whose result is known to hold no cell value: "
            f"{', '.join(sorted({*TELLABLE_TYPES, MEASURE_TYPE}))}."
        )
    return Expectation(**{**item, "kwargs": _with_form_fields(item["kwargs"])})


def _with_form_fields(kwargs: dict[str, Any]) -> dict[str, Any]:
    """`column_set: {role: …, also: […]}` as the list of every field that any form has in that role."""
    columns = kwargs.get("column_set")
    if not isinstance(columns, dict):
        return kwargs
    return {**kwargs, "column_set": [*columns["also"], *fields_of_role(load_forms(), columns["role"])]}
