"""The dashboards as files: whatever they name is in the contracts of the dbt project, with a Vietnamese label."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from tests.support.manifest import load_manifest
from tools.superset_datasets import BUNDLE, Contracts, refreshed

# libyaml reads all files in a fifth of the time.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
CONTRACTS = Contracts(load_manifest())


def read(folder: str) -> dict[str, dict[str, Any]]:
    return {
        path.stem: yaml.load(path.read_text(encoding="utf-8"), _LOADER)  # noqa: S506
        for path in sorted((BUNDLE / folder).rglob("*.yaml"))
    }


DATASETS, CHARTS, DASHBOARDS = read("datasets"), read("charts"), read("dashboards")
BY_UUID = {dataset["uuid"]: dataset for dataset in DATASETS.values()}


def unknown_names(chart: dict[str, Any]) -> Iterator[str]:
    """Every column and metric that a chart names and its dataset has not, or has without a label."""
    dataset = BY_UUID[chart["dataset_uuid"]]
    columns = {column["column_name"] for column in dataset["columns"] if column["verbose_name"]}
    metrics = {metric["metric_name"] for metric in dataset["metrics"] if metric["verbose_name"]}
    parameters = chart["params"]
    named = {*parameters.get("groupby", ()), *parameters.get("all_columns", ()), parameters.get("x_axis")}
    measured = {*parameters.get("metrics", ()), parameters.get("size")}
    named |= {one["subject"] for one in parameters.get("adhoc_filters", ()) if one["expressionType"] == "SIMPLE"}
    for query in json.loads(chart["query_context"])["queries"]:
        named |= {column if isinstance(column, str) else column["sqlExpression"] for column in query.get("columns", ())}
        named |= {one["col"] for one in query["filters"]}
        measured |= set(query.get("metrics") or ())
    yield from sorted((named - columns - {None}) | (measured - metrics - {None}))


def test_datasets_are_as_the_contracts_say() -> None:
    """`python -m tools.superset_datasets` writes them again; a column that no contract has is a LookupError."""
    for name, dataset in DATASETS.items():
        assert refreshed(dataset, CONTRACTS) == dataset, name


def test_a_column_that_no_contract_has_is_found() -> None:
    dataset = DATASETS["communes"] | {"columns": [{"column_name": "poor_housholds"}]}
    with pytest.raises(LookupError, match="no contract of bi.commune_years, bi.dim_area has a column poor_housholds"):
        refreshed(dataset, CONTRACTS)


def test_charts_name_what_their_datasets_have() -> None:
    assert {name: list(unknown_names(chart)) for name, chart in CHARTS.items()} == dict.fromkeys(CHARTS, [])


def test_a_name_that_a_dataset_has_not_is_found() -> None:
    chart = CHARTS["poor_rates"] | {"params": CHARTS["poor_rates"]["params"] | {"metrics": ["poor_rat"]}}
    assert list(unknown_names(chart)) == ["poor_rat"]


def test_every_chart_is_on_a_dashboard_and_every_place_has_its_chart() -> None:
    placed = {
        (entry["meta"]["uuid"], entry["meta"]["sliceName"])
        for dashboard in DASHBOARDS.values()
        for entry in dashboard["position"].values()
        if isinstance(entry, dict) and entry["type"] == "CHART"
    }
    assert placed == {(chart["uuid"], chart["slice_name"]) for chart in CHARTS.values()}
