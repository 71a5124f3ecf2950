"""The dbt models against the same compiled SQL in DuckDB alone, at the province's size and at many times that."""

import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

import duckdb
import yaml

from base.home import Home
from base.machine import threads
from base.product import DBT
from bench.processes import Usage, python
from bench.report import Line, ratio_line
from bench.scaled import repeat_raw, repeat_reference
from dagster_project.parsed_project import build_memory, dbt_environment, ensure_manifest, run_parsed

COPIES = 16
MOST_TIMES_PLAIN = 2.0
MOST_GROWTH = 1.1
# Tables that hold rows of households, members, files or communes: so many times the copies, so many times the rows.
_GROWING = {
    "staging.stg_household": "",
    "staging.stg_member": "",
    "staging.stg_total": "",
    "staging.stg_source_file": "",
    "intermediate.int_household_classified": "",
    "intermediate.int_commune_year": "",
    "marts.dim_commune": "",
    "marts.fct_household_year": "",
    "marts.area_year": "where area_level in ('commune', 'district')",
    "marts.need_area_year": "where area_level in ('commune', 'district')",
    "marts.indicator_area_year": "where area_level in ('commune', 'district')",
    "quality.reconciliation": "",
    "quality.source_file": "",
}


class WrongCountError(RuntimeError):
    """A table of the larger province has not as many rows as the copies make it."""


@dataclass
class Scale:
    """One size: its folders, and what every repetition cost."""

    copies: int
    folder: Path
    dbt: list[Usage] = field(default_factory=list)
    plain: list[Usage] = field(default_factory=list)
    model_seconds: list[float] = field(default_factory=list)
    plain_seconds: list[float] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)

    @property
    def home(self) -> Home:
        """The home with the repeated raw Parquet."""
        return Home(self.folder / "home")

    @property
    def target(self) -> Path:
        """What dbt writes."""
        return self.folder / "target"

    @property
    def households(self) -> int:
        """Household rows of all years."""
        return self.counts["staging.stg_household"]


def prepare(source: Home, folder: Path, copies: int) -> Scale:
    """Write the inputs of one size."""
    shutil.rmtree(folder, ignore_errors=True)
    scale = Scale(copies, folder)
    repeat_raw(source, scale.home, range(copies))
    repeat_reference(scale.home, range(copies))
    return scale


def measure_once(scale: Scale) -> None:
    """Run dbt and then DuckDB alone, each in a fresh process and on a fresh build file."""
    scale.home.build_file.unlink(missing_ok=True)
    scale.dbt.append(build_tables(scale.home, scale.target))
    results = json.loads((scale.target / "run_results.json").read_text(encoding="utf-8"))["results"]
    scale.model_seconds.append(sum(result["execution_time"] for result in results))
    scale.counts = _counts(scale.home.build_file)
    plain = scale.folder / "plain"
    shutil.rmtree(plain, ignore_errors=True)
    plain.mkdir()
    database, script = plain / scale.home.build_file.name, plain / "script.json"
    script.write_text(json.dumps({"settings": _settings(scale.home), "statements": _script(results)}), encoding="utf-8")
    usage = python("-m", "bench.plain_sql", str(database), str(script))
    scale.plain.append(usage)
    scale.plain_seconds.append(sum(json.loads(usage.output).values()))
    if _counts(database) != scale.counts:
        raise WrongCountError("dbt and DuckDB alone did not make the same numbers of rows")


def measure(
    small: Scale, large: Scale, repetitions: int, say: Callable[[str], None]
) -> tuple[list[Line], dict[str, Any]]:
    """All lines about the models."""
    for repetition in range(repetitions):
        for scale in (small, large):
            say(f"models: {scale.copies}x, {repetition + 1} of {repetitions}")
            measure_once(scale)
    check_counts(small, large)
    growth = [
        (many / large.households) / (one / small.households)
        for one, many in zip(small.model_seconds, large.model_seconds, strict=True)
    ]
    walls = [dbt.wall / plain.wall for dbt, plain in zip(large.dbt, large.plain, strict=True)]
    cpu = [dbt.cpu / plain.cpu for dbt, plain in zip(large.dbt, large.plain, strict=True)]
    lines = [
        ratio_line(f"dbt models / same SQL in DuckDB alone, {large.copies}x, wall", walls, MOST_TIMES_PLAIN),
        ratio_line(f"dbt models / same SQL in DuckDB alone, {large.copies}x, CPU", cpu, None),
        ratio_line(f"cost per household, {large.copies}x / 1x, model seconds", growth, MOST_GROWTH),
    ]
    return lines, {f"{scale.copies}x": _facts(scale) for scale in (small, large)}


def check_counts(small: Scale, large: Scale) -> None:
    """Raises WrongCountError unless every growing table has grown with the copies."""
    wrong = {
        name: (small.counts[name], large.counts[name])
        for name in _GROWING
        if large.counts[name] != large.copies // small.copies * small.counts[name]
    }
    if wrong:
        raise WrongCountError(f"rows at {small.copies}x and {large.copies}x: {wrong}")


def _facts(scale: Scale) -> dict[str, Any]:
    return {
        "households": scale.households,
        "members": scale.counts["staging.stg_member"],
        "dbt_wall_seconds": median(usage.wall for usage in scale.dbt),
        "dbt_cpu_seconds": median(usage.cpu for usage in scale.dbt),
        "dbt_model_seconds": median(scale.model_seconds),
        "dbt_peak_bytes": max(usage.peak_bytes for usage in scale.dbt),
        "plain_wall_seconds": median(usage.wall for usage in scale.plain),
        "plain_cpu_seconds": median(usage.cpu for usage in scale.plain),
        "plain_statement_seconds": median(scale.plain_seconds),
        "plain_peak_bytes": max(usage.peak_bytes for usage in scale.plain),
        "rows": scale.counts,
    }


def build_tables(
    home: Home, target: Path, select: Sequence[str] = (), environment: Mapping[str, str] | None = None
) -> Usage:
    """All models, or those selected, by dbt as the product runs it: on the project as it was parsed once."""
    ensure_manifest()
    folders = ["--project-dir", str(DBT), "--profiles-dir", str(DBT), "--target-path", str(target)]
    selected = ["--select", *select] if select else []
    return python(
        *run_parsed(),
        "--quiet",
        "run",
        *folders,
        *selected,
        environment={**dbt_environment(home), **(environment or {})},
    )


def _settings(home: Home) -> dict[str, Any]:
    """DuckDB's settings in dbt's profile, so that both run the same way."""
    profile = yaml.safe_load((DBT / "profiles.yml").read_text(encoding="utf-8"))["poverty"]
    settings: dict[str, Any] = profile["outputs"][profile["target"]].get("config_options", {})
    return {**settings, "threads": threads(), "memory_limit": build_memory(home)}


def _script(results: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """(name, statement) of every model that dbt has run, in its order, each as a table, after their schemas."""
    manifest = json.loads(ensure_manifest().read_text(encoding="utf-8"))
    ran = [(manifest["nodes"][result["unique_id"]], result) for result in results if result["relation_name"]]
    schemas = sorted({node["schema"] for node, _ in ran})
    return [(f"schema {schema}", f"create schema if not exists {schema}") for schema in schemas] + [
        (node["name"], f"create table {result['relation_name']} as {result['compiled_code']}") for node, result in ran
    ]


def _counts(database: Path) -> dict[str, int]:
    with duckdb.connect(str(database), read_only=True) as connection:
        return {
            name: connection.execute(f"select count(*) from {name} {condition}").fetchall()[0][0]
            for name, condition in _GROWING.items()
        }
