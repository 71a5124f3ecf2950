"""Every metric of the semantic layer equals the mart, by year, area and what else it is asked by."""

import csv
import itertools
import math
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from dbt_metricflow.cli.dbt_connectors.adapter_backed_client import SupportedAdapterTypes
from metricflow.engine.metricflow_engine import MetricFlowEngine, MetricFlowQueryRequest
from metricflow_semantics.model.dbt_manifest_parser import parse_manifest_from_dbt_generated_manifest
from metricflow_semantics.model.semantic_manifest_lookup import SemanticManifestLookup

from base.home import HOME_VARIABLE, Home
from base.machine import own_environment
from base.product import DBT
from base.release_layout import attach
from dagster_project.parsed_project import ensure_manifest

YEAR, COMMUNE, AREA_CLASS = "metric_time__year", "area__area_code", "area__area_class_vi"
# The areas of a mart that stand for a grouping, and what names them there.
AREAS = {
    (): ("province", "as_reviewed"),
    (YEAR,): ("province", "as_reviewed"),
    (YEAR, COMMUNE): ("commune", "harmonised"),
    (YEAR, AREA_CLASS): ("area_class", "harmonised"),
}
AREA_YEAR = {
    "resident_households": "sum(resident_households)",
    "resident_persons": "sum(resident_persons)",
    "poor_households": "sum(poor_households)",
    "near_poor_households": "sum(near_poor_households)",
    "listed_households": "sum(poor_households + near_poor_households)",
    "poor_persons": "sum(poor_persons)",
    "near_poor_persons": "sum(near_poor_persons)",
    "poor_rate": "max(poor_rate)",
    "near_poor_rate": "max(near_poor_rate)",
    "poor_or_near_poor_rate": "max(poor_or_near_poor_rate)",
    "female_headed_households": "sum(female_headed_households)",
    "female_headed_share": "sum(female_headed_households) / nullif(sum(poor_households + near_poor_households), 0)",
    "ethnic_minority_headed_households": "sum(ethnic_minority_headed_households)",
    "ethnic_minority_headed_share": (
        "sum(ethnic_minority_headed_households) / nullif(sum(poor_households + near_poor_households), 0)"
    ),
}
_CHILDREN = "filter (age_group in ('under_6', '6_to_15'))"
PERSONS = {
    "reviewed_persons": "sum(persons)",
    "persons_without_health_insurance": "sum(persons_without_health_insurance)",
    "persons_without_health_insurance_share": "sum(persons_without_health_insurance) / sum(persons)",
    "reviewed_children": f"coalesce(sum(persons) {_CHILDREN}, 0)",
    "children_without_health_insurance": f"sum(persons_without_health_insurance) {_CHILDREN}",
    "children_without_health_insurance_share": (
        f"sum(persons_without_health_insurance) {_CHILDREN} / sum(persons) {_CHILDREN}"
    ),
}
MEASURES = {
    "multidimensionally_poor_households": "sum(poor)",
    "measured_households": "sum(population)",
    "headcount_ratio": "max(headcount_ratio)",
    "deprivations_of_poor": "sum(weighted_deprivations)",
    "possible_deprivations_of_poor": "sum(weight_denominator * poor)",
    "intensity": "max(intensity)",
    "possible_deprivations": "sum(weight_denominator * population)",
    "adjusted_headcount_ratio": "max(adjusted_headcount_ratio)",
}
DEPRIVATIONS = {
    "deprived_households": "sum(deprived_households)",
    "households_asked": "sum(class_households)",
    "deprivation_rate": "sum(deprived_households) / nullif(sum(class_households), 0)",
}
NEEDS = {"needs": "sum(households)"}
# table -> its metrics, and which rows of it
BY_AREA = {
    "marts.area_year": (AREA_YEAR, "true"),
    "marts.person_area_year": (PERSONS, "true"),
    "marts.poverty_measure": (MEASURES, "unit = 'household' and weighting = 'equal'"),
    "marts.indicator_area_year": (DEPRIVATIONS, "true"),
    "marts.need_area_year": (NEEDS, "need_code in (select need_code from bi.dim_need where not has_parts)"),
}
LINES = {
    "opening": "sum(opening)",
    "above_line": "sum(above_line)",
    "newly_arisen": "sum(newly_arisen)",
    "returned": "sum(returned)",
    "exit_rate": "sum(above_line) / sum(opening)",
}
HOUSEHOLDS = {"reviewed_households": "count(*)"}
MOVED = {"moved_households": "count(*)"}

Answer = dict[tuple[Any, ...], tuple[float | None, ...]]


class Release:
    """The semantic layer of the project on a published release."""

    # What the renderer of SQL asks of a client.
    sql_engine_type = SupportedAdapterTypes.DUCKDB.sql_engine_type
    sql_plan_renderer = SupportedAdapterTypes.DUCKDB.sql_plan_renderer

    def __init__(self, home: Home) -> None:
        semantics = (ensure_manifest().parent / "target" / "semantic_manifest.json").read_text(encoding="utf-8")
        manifest = parse_manifest_from_dbt_generated_manifest(semantics)
        self.metrics = {metric.name for metric in manifest.metrics}
        self._engine = MetricFlowEngine(SemanticManifestLookup(manifest), sql_client=self)
        self.connection = duckdb.connect()
        # The name that the project was parsed with.
        attach(self.connection, home.published / "current" / "poverty.duckdb", "build")
        self.connection.execute("use build")

    def ask(self, metrics: list[str], by: tuple[str, ...], where: str | None = None) -> Answer:
        request = MetricFlowQueryRequest.create(
            metric_names=metrics, group_by_names=by, where_constraints=[where] if where else None
        )
        columns = ", ".join((*by, *metrics))
        return self.rows(f"select {columns} from ({self._engine.explain(request).sql_statement.sql})", len(by))

    def rows(self, query: str, keys: int) -> Answer:
        return {
            row[:keys]: tuple(None if value is None else float(value) for value in row[keys:])
            for row in self.connection.execute(query).fetchall()
            if any(value is not None for value in row[keys:])
        }


@pytest.fixture(scope="module")
def release(clean_home: Home) -> Iterator[Release]:
    asked = Release(clean_home)
    yield asked
    asked.connection.close()


def of_mart(release: Release, table: str, expressions: dict[str, str], where: str, keys: list[str]) -> Answer:
    grouped = ", ".join(keys)
    values = ", ".join(f"{expression} as {name}" for name, expression in expressions.items())
    if not keys:
        where = f"{where} and survey_year = (select max(survey_year) from {table})"
    query = f"select {grouped + ', ' if keys else ''}{values} from {table} where {where}"
    return release.rows(f"{query} group by all", len(keys))


def differences(one: Answer, other: Answer) -> list[str]:
    return [
        f"{key}: {one.get(key)} and {other.get(key)}"
        for key in sorted(one.keys() | other.keys(), key=str)
        if key not in one or key not in other or not all(map(near, one[key], other[key]))
    ]


def near(one: float | None, other: float | None) -> bool:
    return one is other if one is None or other is None else math.isclose(one, other, rel_tol=1e-12)


@pytest.mark.parametrize("table", BY_AREA)
@pytest.mark.parametrize("by", AREAS, ids=str)
def test_metrics_of_areas_equal_the_marts(release: Release, table: str, by: tuple[str, ...]) -> None:
    expressions, where = BY_AREA[table]
    level, boundary = AREAS[by]
    area = "case area_code when 'rural' then 'Nông thôn' else 'Thành thị' end" if AREA_CLASS in by else "area_code"
    keys = ["make_date(survey_year, 1, 1)::timestamp as year", f"{area} as area"][: len(by)]
    expected = of_mart(
        release, table, expressions, f"{where} and area_level = '{level}' and boundary = '{boundary}'", keys
    )
    assert expected
    assert differences(release.ask(list(expressions), by), expected) == []


@pytest.mark.parametrize("by", [(), (YEAR,)], ids=str)
@pytest.mark.parametrize("list_of", ["poor", "near_poor"])
def test_metrics_of_movements_equal_the_marts(release: Release, list_of: str, by: tuple[str, ...]) -> None:
    where = f"unit = 'household' and list = '{list_of}' and area_level = 'province' and boundary = 'as_reviewed'"
    expected = of_mart(
        release, "marts.poverty_movement", LINES, where, ["make_date(survey_year, 1, 1)::timestamp"][: len(by)]
    )
    assert expected
    assert differences(release.ask([f"{list_of}_{line}" for line in LINES], by), expected) == []


def test_metrics_by_class_and_indicator_equal_the_marts(release: Release) -> None:
    keys = ["make_date(survey_year, 1, 1)::timestamp as year", "concat('deprived_', indicator_code)", "poverty_class"]
    # A rate of nothing is no figure.
    where = "area_level = 'province' and boundary = 'as_reviewed' and class_households > 0"
    expected = of_mart(release, "marts.indicator_area_year", DEPRIVATIONS, where, keys)
    assert differences(release.ask(list(DEPRIVATIONS), (YEAR, "metric", "class")), expected) == []


def test_households_by_class_and_commune_equal_the_mart(release: Release) -> None:
    keys = ["make_date(survey_year, 1, 1)::timestamp as year", "harmonised_commune_code", "poverty_class"]
    expected = of_mart(release, "marts.fct_household_year", HOUSEHOLDS, "poverty_class <> 'left_list'", keys)
    assert differences(release.ask(list(HOUSEHOLDS), (YEAR, COMMUNE, "class")), expected) == []


def test_households_by_movement_equal_the_mart(release: Release) -> None:
    keys = ["make_date(to_year, 1, 1)::timestamp as year", "movement"]
    # Who has a row in that year: the others moved out of sight.
    rows = "select (household_id, survey_year) from bi.household_years"
    here = f"movement is not null and (household_id, to_year) in ({rows})"
    expected = of_mart(release, "marts.fct_household_transition", MOVED, here, keys)
    assert differences(release.ask(list(MOVED), (YEAR, "movement")), expected) == []


def test_a_year_that_is_asked_for_answers(release: Release) -> None:
    """Not the last year of all, though stocks are not added over years."""
    every = release.ask(["poor_households", "poor_rate"], (YEAR,))
    (answer,) = release.ask(
        ["poor_households", "poor_rate"], (YEAR,), where="{{ TimeDimension('metric_time', 'year') }} = '2022-01-01'"
    ).items()
    assert answer in every.items()


def test_every_metric_is_compared(release: Release) -> None:
    compared = set(itertools.chain(*(expressions for expressions, _ in BY_AREA.values()), HOUSEHOLDS, MOVED))
    assert release.metrics == compared | {f"{of}_{line}" for of in ("poor", "near_poor") for line in LINES}


@pytest.mark.long
def test_the_command_of_the_document_answers(clean_home: Home, release: Release, tmp_path: Path) -> None:
    project = tmp_path / "dbt"
    shutil.copytree(DBT, project, ignore=shutil.ignore_patterns("target", "logs"))
    environment = own_environment() | {HOME_VARIABLE: str(clean_home.root), "DBT_TARGET": "release"}
    answer = tmp_path / "answer.csv"
    query = ["query", "--metrics", "poor_rate", "--group-by", YEAR, "--csv", str(answer)]
    for program, *arguments in (["dbt", "--quiet", "parse"], ["mf", *query]):
        command = [str(Path(sys.executable).parent / program), *arguments]
        subprocess.run(command, cwd=project, env=environment, check=True, capture_output=True)
    with answer.open(encoding="utf-8") as file:
        rates = {row[YEAR][:4]: float(row["poor_rate"]) for row in csv.DictReader(file)}
    expected = {str(year.year): rate for (year,), (rate,) in release.ask(["poor_rate"], (YEAR,)).items()}
    assert rates == pytest.approx(expected)
