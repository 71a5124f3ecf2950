"""Rewrite superset/bundle/datasets from dbt's contracts and metrics: `python -m tools.superset_datasets`.

A dataset keeps its name, its SQL, the names of its columns and metrics, and the expressions that only it has.
"""

import json
import re
import sys
from pathlib import Path
from typing import Any

import yaml

from dagster_project.parsed_project import ensure_manifest
from reports.audit.labels_vi import FILE_STATUS, OWNER, SEVERITY

BUNDLE = Path(__file__).resolve().parent.parent / "superset" / "bundle"
_TABLE = re.compile(r"\b(?:marts|bi|quality)\.[a-z_]+")
# Columns that put the words of the audit report in the place of codes: the column, and its words.
_WORDS = {"severity_vi": ("severity", SEVERITY), "owner_vi": ("owner", OWNER), "status_vi": ("status", FILE_STATUS)}

Yaml = dict[str, Any]


class Contracts:
    """What the dbt project says of public tables and of metrics."""

    def __init__(self, manifest: Yaml) -> None:
        models = [node for node in manifest["nodes"].values() if node["resource_type"] == "model"]
        self.tables = {f"{node['schema']}.{node['alias']}": node["columns"] for node in models}
        self._metrics = {metric["name"]: metric for metric in manifest["metrics"].values()}
        self._measures: dict[str, str] = {}
        self._labels: dict[str, str] = {}
        for semantic in manifest["semantic_models"].values():
            self._measures |= {measure["name"]: measure["expr"] or measure["name"] for measure in semantic["measures"]}
            for dimension in semantic["dimensions"]:
                self._labels |= dict.fromkeys((dimension["name"], dimension["expr"]), dimension["label"])
        self._labels |= {name: metric["label"] for name, metric in self._metrics.items()}

    def column(self, name: str, tables: list[str]) -> Yaml:
        """A column as a dataset has it; a table that does not have it is a mistake."""
        found = next((self.tables[table][name] for table in tables if name in self.tables[table]), None)
        if found is None:
            raise LookupError(f"no contract of {', '.join(tables)} has a column {name}")
        kind = found["data_type"].upper()
        return {
            "column_name": name,
            "verbose_name": found["meta"].get("label_vi") or self._labels.get(name),
            "is_dttm": kind in ("DATE", "TIMESTAMP"),
            "is_active": True,
            "type": kind,
            "groupby": True,
            "filterable": True,
            "expression": None,
            "description": found["description"],
            "python_date_format": None,
        }

    def metric(self, given: Yaml) -> Yaml:
        """A metric of the semantic layer as SQL of one year; others as they are given."""
        name = given["metric_name"]
        metric = self._metrics.get(name)
        if metric is None:
            return given
        terms = metric["type_params"]
        if metric["type"] == "ratio":
            parts = [self._sum(terms[part]["name"]) for part in ("numerator", "denominator")]
            formula = f"{parts[0]} / nullif({parts[1]}, 0)"
        else:
            formula = self._sum(name)
        return {
            "metric_name": name,
            # Nothing is added over years: who forgets to choose a year sees nothing rather than a wrong figure.
            "expression": f"case when min(survey_year) = max(survey_year) then {formula} end",
            "verbose_name": metric["label"],
            "description": metric["description"],
            "d3format": ",.2%" if metric["type"] == "ratio" else ",d",
        }

    def _sum(self, metric: str) -> str:
        return f"sum({self._measures[self._metrics[metric]['type_params']['measure']['name']]})"


def refreshed(dataset: Yaml, contracts: Contracts) -> Yaml:
    """A dataset with columns and metrics as the dbt project has them now."""
    if dataset["sql"]:
        tables = _TABLE.findall(dataset["sql"])
        names = [column["column_name"] for column in dataset["columns"] if not column.get("expression")]
    else:
        tables = [f"{dataset['schema']}.{dataset['table_name']}"]
        names = list(contracts.tables[tables[0]])
    own = [_in_words(column) for column in dataset["columns"] if column.get("expression")]
    return dataset | {
        "columns": [contracts.column(name, tables) for name in names] + own,
        "metrics": [contracts.metric(metric) for metric in dataset["metrics"]],
    }


def _in_words(column: Yaml) -> Yaml:
    code, words = _WORDS.get(column["column_name"], (None, {}))
    if code is None:
        return column
    cases = " ".join(f"when '{value}' then '{word}'" for value, word in words.items())
    return column | {"expression": f"case {code} {cases} else {code} end"}


def written(dataset: Yaml) -> str:
    """A dataset as its file."""
    return yaml.dump(dataset, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=150)


class _Dumper(yaml.SafeDumper):
    """SQL stays in lines."""


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _text)


def main() -> None:
    """Rewrite all files."""
    contracts = Contracts(json.loads(ensure_manifest().read_text(encoding="utf-8")))
    for path in sorted(BUNDLE.glob("datasets/*/*.yaml")):
        path.write_text(
            written(refreshed(yaml.safe_load(path.read_text(encoding="utf-8")), contracts)), encoding="utf-8"
        )


if __name__ == "__main__":
    sys.exit(main())
