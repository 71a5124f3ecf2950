"""The dbt project as Dagster sees it: how it is run, and how its nodes are named, grouped and owned."""

import sys
from collections.abc import Mapping
from datetime import timedelta
from functools import cached_property
from importlib.metadata import version
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings, DbtCliResource, DbtProject
from packaging.version import Version
from pydantic import field_validator

from base.check_catalogue import load_checks
from base.product import DBT, BrokenProjectError
from base.release_layout import PUBLIC_SCHEMAS
from dagster_project.parsed_project import run_parsed
from publication.check_results import dbt_check_code

DATA_TEAM = "team:data-team"
# The review of a year ends on 14 December; by noon of 15 January, after the schedule, its first release is there.
TIME_ZONE = "Asia/Ho_Chi_Minh"
AFTER_THE_REVIEW = dg.FreshnessPolicy.cron(
    deadline_cron="0 12 15 1 *", lower_bound_delta=timedelta(days=32), timezone=TIME_ZONE
)
# All tables are made from one state of the inputs, so all follow when ingestion was run alone, not only some as with
# `AutomationCondition.eager`. A run that ingests and builds has made them already.
_INGESTED = dg.AssetKey(["raw", "source_file"])
_was_ingested: Any = dg.AutomationCondition.asset_matches(_INGESTED, dg.AutomationCondition.newly_updated())
_is_ingesting: Any = dg.AutomationCondition.asset_matches(_INGESTED, dg.AutomationCondition.in_progress())
AFTER_INGESTION: dg.AutomationCondition[Any] = (
    _was_ingested.since_last_handled() & ~_is_ingesting & ~dg.AutomationCondition.in_progress()
).with_label("after ingestion")
_KINDS_OF_SOURCES = {"reference": {"csv"}, "decisions": {"csv"}, "secrets": {"csv"}, "ledger": {"parquet"}}


class ParsedDbt(DbtCliResource):
    """dbt on the parsed project, without three questions of dagster-dbt whose answers are known; two cost seconds."""

    @field_validator("dbt_executable")
    @classmethod
    def validate_dbt_executable(cls, dbt_executable: str) -> str:
        """The Python that runs already. access(2) says no where only a capability of this process reads its folder."""
        return dbt_executable

    @cached_property
    def _cli_version(self) -> Version:
        """Asked of the installed package, where `dbt --version` would import all of dbt."""
        return Version(version("dbt-core"))

    def _initialize_dbt_core_adapter(self, args: object) -> None:  # type: ignore[override]
        """None: an adapter in this process only serves metadata of columns, which nobody fetches."""


def dbt_program() -> ParsedDbt:
    """dbt as the build runs it. No resource of Dagster: a run's configuration would name the program to run."""
    return ParsedDbt(
        project_dir=str(DBT),
        profiles_dir=str(DBT),
        dbt_executable=sys.executable,
        global_config_flags=run_parsed(),
    )


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

    def get_description(self, dbt_resource_props: Mapping[str, Any]) -> str:
        """Of a model also its key, which its constraint names."""
        for constraint in dbt_resource_props.get("constraints") or ():
            described = f"{dbt_resource_props['description'].strip()} Key: {', '.join(constraint['columns'])}."
            return str(super().get_description({**dbt_resource_props, "description": described}))
        return str(super().get_description(dbt_resource_props))

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str:
        """The layer."""
        return str(dbt_resource_props["schema"])

    def get_tags(self, dbt_resource_props: Mapping[str, Any]) -> dict[str, str]:
        """The folder of the model, which is finer than its schema, and whether a release shows the table."""
        is_source = dbt_resource_props["resource_type"] == "source"
        access = "public" if dbt_resource_props["schema"] in PUBLIC_SCHEMAS else "private"
        layer = dbt_resource_props["source_name"] if is_source else dbt_resource_props["fqn"][-2]
        return {"layer": str(layer), "access": access}

    def get_automation_condition(self, dbt_resource_props: Mapping[str, Any]) -> dg.AutomationCondition[Any]:
        """Every model follows ingestion."""
        return AFTER_INGESTION

    def get_asset_spec(self, manifest: Mapping[str, Any], unique_id: str, project: DbtProject | None) -> dg.AssetSpec:
        """With the freshness that people wait for on public tables."""
        spec: dg.AssetSpec = super().get_asset_spec(manifest, unique_id, project)
        return (
            spec.replace_attributes(freshness_policy=AFTER_THE_REVIEW) if spec.tags.get("access") == "public" else spec
        )

    def get_owners(self, dbt_resource_props: Mapping[str, Any]) -> list[str]:
        """Every model is the data team's."""
        return [DATA_TEAM]

    def sources(self, manifest: Mapping[str, Any]) -> list[dg.AssetSpec]:
        """What models read and nothing here makes: facts, decisions, the key, the ledger of findings."""
        return [
            dg.AssetSpec(
                self.get_asset_key(source),
                description=source["description"],
                group_name=source["source_name"],
                owners=[DATA_TEAM],
                kinds=_KINDS_OF_SOURCES[source["source_name"]],
                tags=self.get_tags(source),
            )
            for source in manifest["sources"].values()
            if source["source_name"] in _KINDS_OF_SOURCES
        ]

    def get_asset_check_spec(
        self, asset_spec: dg.AssetSpec, manifest: Mapping[str, Any], unique_id: str, project: DbtProject | None
    ) -> dg.AssetCheckSpec | None:
        """A test, described by title, meaning and action of its row in the check catalogue."""
        spec = super().get_asset_check_spec(asset_spec, manifest, unique_id, project)
        if spec is None:
            return None
        code = dbt_check_code(manifest["nodes"][unique_id])
        if code not in load_checks():
            raise BrokenProjectError(
                f"The test {manifest['nodes'][unique_id]['name']} of the dbt project has no row {code} in "
                "reference/checks/check_catalogue.csv: add one, which says what it means and who acts."
            )
        check = load_checks()[code]
        described: dg.AssetCheckSpec = spec._replace(
            description=f"{check.title_vi}. {check.meaning_vi} {check.action_vi}"
        )
        return described
