"""The dbt project as Dagster sees it: its manifest, and how its nodes are named, grouped and owned."""

import hashlib
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings, DbtCliResource, DbtProject
from filelock import FileLock

from base.check_catalogue import load_checks
from base.generate import generate
from base.home import HOME_VARIABLE, Home
from base.machine import cache_folder, own_environment, plain_path
from base.product import DBT, BrokenProjectError
from base.reference import reference_folder
from publication.check_results import dbt_check_code

# The executable of this environment, whatever is on PATH.
DBT_EXECUTABLE = str(Path(sys.executable).parent / "dbt")
DATA_TEAM = "team:data-team"
_WRITTEN_BY_DBT = ("target", "logs")


def parsed_folder() -> Path:
    """What dbt writes when it parses: in the user's cache, for the project may lie in a folder that nobody may change.

    Every installation and reference has its own, with the manifest of the project as it was parsed last.
    """
    return cache_folder() / hashlib.sha256(f"{DBT} {reference_folder()}".encode()).hexdigest()[:16]


def generated_folder() -> Path:
    """What dbt must know of the reference. The folder of the code needs no writing after it was set up."""
    return parsed_folder() / "generated"


def dbt_environment(home: Home) -> dict[str, str]:
    """The environment of dbt and of Dagster: our own variables, those that the project reads, and where dbt writes."""
    return {
        **own_environment(),
        HOME_VARIABLE: str(plain_path(home.root)),
        "MPLCONFIGDIR": str(cache_folder() / "matplotlib"),
        "POVERTY_GENERATED": os.path.relpath(generated_folder(), DBT),
        "DBT_TARGET_PATH": str(parsed_folder()),
        "DBT_LOG_PATH": str(parsed_folder() / "logs"),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    }


def ensure_manifest() -> Path:
    """The project's manifest, parsed again only when a file of the project or dbt changed (parsing takes seconds)."""
    folder = parsed_folder()
    folder.mkdir(parents=True, exist_ok=True)
    manifest, parsed = folder / "manifest.json", folder / "parsed.sha256"
    with FileLock(folder / "manifest.lock"):  # two commands at once would write one file
        generate(generated_folder())
        state = _state()
        if not (manifest.exists() and parsed.exists() and parsed.read_text() == state):
            parsed.unlink(missing_ok=True)
            _parse()
            parsed.write_text(state)
    return manifest


def _state() -> str:
    digest = hashlib.sha256(version("dbt-core").encode())
    for folder in (DBT, generated_folder()):
        for path in sorted(folder.rglob("*")):
            name = path.relative_to(folder)
            if path.is_file() and name.parts[0] not in _WRITTEN_BY_DBT:
                digest.update(name.as_posix().encode() + path.read_bytes())
    return digest.hexdigest()


def _parse() -> None:
    parsed = subprocess.run(
        # A partial parse loses the severity and asset of a singular test when a file beside it changes.
        [
            DBT_EXECUTABLE,
            "--quiet",
            "parse",
            "--no-partial-parse",
            "--project-dir",
            str(DBT),
            "--profiles-dir",
            str(DBT),
        ],
        env=dbt_environment(Home.from_environment()),
        capture_output=True,
        text=True,
        check=False,
    )
    if parsed.returncode != 0:
        # dbt says it in several lines, each after the time.
        said = " ".join(re.sub(r"^\d\d:\d\d:\d\d\s+", "", line).strip() for line in parsed.stdout.splitlines())
        raise BrokenProjectError(
            f"The dbt project does not parse. {said.removeprefix('Encountered an error: ').strip()}"
        )


def dbt_program() -> DbtCliResource:
    """dbt as the build runs it. No resource of Dagster: a run's configuration would name the program to run."""
    return DbtCliResource(project_dir=str(DBT), profiles_dir=str(DBT), dbt_executable=DBT_EXECUTABLE)


class PovertyDbtTranslator(DagsterDbtTranslator):
    """Assets are named by schema and table, grouped by layer, owned by the data team."""

    def __init__(self) -> None:
        super().__init__(DagsterDbtTranslatorSettings(enable_source_tests_as_checks=True))

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> dg.AssetKey:
        """marts/area_year; a source is the asset that ingestion makes (raw/household)."""
        if dbt_resource_props["resource_type"] == "source":
            return dg.AssetKey([dbt_resource_props["source_name"], dbt_resource_props["name"]])
        return dg.AssetKey(
            [dbt_resource_props["schema"], dbt_resource_props.get("alias") or dbt_resource_props["name"]]
        )

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str:
        """The layer."""
        return str(dbt_resource_props["schema"])

    def get_owners(self, dbt_resource_props: Mapping[str, Any]) -> list[str]:
        """Every model is the data team's."""
        return [DATA_TEAM]

    def get_asset_check_spec(
        self, asset_spec: dg.AssetSpec, manifest: Mapping[str, Any], unique_id: str, project: DbtProject | None
    ) -> dg.AssetCheckSpec | None:
        """A test, described by title, meaning and action of its row in the check catalogue."""
        spec = super().get_asset_check_spec(asset_spec, manifest, unique_id, project)
        if spec is None:
            return None
        check = load_checks()[dbt_check_code(manifest["nodes"][unique_id])]
        described: dg.AssetCheckSpec = spec._replace(
            description=f"{check.title_vi}. {check.meaning_vi} {check.action_vi}"
        )
        return described
