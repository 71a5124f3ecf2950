"""The dbt project as Dagster sees it: where it is, its manifest, and how its nodes are named and grouped.

What belongs here: names, groups and owners of dbt assets. What does not: anything the models say.
"""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings
from filelock import FileLock

from base.generate import generate
from base.home import HOME_VARIABLE, Home
from base.product import ROOT

DBT_FOLDER = ROOT / "dbt"
MANIFEST = DBT_FOLDER / "target" / "manifest.json"
# The executable of this environment, whatever stands on PATH.
DBT_EXECUTABLE = str(Path(sys.executable).parent / "dbt")
DATA_TEAM = "team:data-team"
_SOURCE_FOLDERS = ("models", "macros", "generated", "tests")


def dbt_environment(home: Home) -> dict[str, str]:
    """The environment variables that the dbt project reads."""
    return {
        **os.environ,
        HOME_VARIABLE: str(home.root),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    }


def ensure_manifest() -> Path:
    """The project's manifest, parsed again only when a file of the project is newer (parsing takes seconds)."""
    MANIFEST.parent.mkdir(exist_ok=True)
    with FileLock(MANIFEST.with_suffix(".lock")):  # two commands at once would write one file
        generate()
        if not _is_fresh():
            _parse()
    return MANIFEST


def _is_fresh() -> bool:
    files = [path for folder in _SOURCE_FOLDERS for path in (DBT_FOLDER / folder).rglob("*") if path.is_file()]
    newest = max(path.stat().st_mtime for path in [*files, DBT_FOLDER / "dbt_project.yml"])
    return MANIFEST.exists() and MANIFEST.stat().st_mtime >= newest


def _parse() -> None:
    parsed = subprocess.run(
        [DBT_EXECUTABLE, "--quiet", "parse", "--project-dir", str(DBT_FOLDER), "--profiles-dir", str(DBT_FOLDER)],
        env=dbt_environment(Home.from_environment()),
        capture_output=True,
        text=True,
        check=False,
    )
    if parsed.returncode != 0:
        raise RuntimeError(f"The dbt project does not parse; mend what dbt says and try again:\n{parsed.stdout}")
    MANIFEST.touch()


class PovertyDbtTranslator(DagsterDbtTranslator):
    """Assets are named by schema and table, grouped by layer, owned by the data team."""

    def __init__(self) -> None:
        super().__init__(DagsterDbtTranslatorSettings(enable_source_tests_as_checks=True))

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> dg.AssetKey:
        """marts/area_year; a source is the asset that ingestion makes (raw/household)."""
        if dbt_resource_props["resource_type"] == "source":
            return dg.AssetKey([dbt_resource_props["source_name"], dbt_resource_props["name"]])
        return dg.AssetKey([dbt_resource_props["schema"], dbt_resource_props["name"]])

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str:
        """The layer."""
        return str(dbt_resource_props["schema"])

    def get_owners(self, dbt_resource_props: Mapping[str, Any]) -> list[str]:
        """Every model is the data team's."""
        return [DATA_TEAM]
