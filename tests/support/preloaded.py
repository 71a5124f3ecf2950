"""What every forked test process would otherwise make for itself, for seconds each time."""

from importlib import import_module

from dbt.adapters.duckdb.credentials import DuckDBCredentials
from dbt.contracts.project import Configuration, PackageConfig, ProfileConfig, Project, ProjectFlags
from dbt_common.contracts.constraints import ModelLevelConstraint

# The command line, Dagster, dbt, Great Expectations, and what ingestion and publication are made of.
for name in (
    "poverty_cli.main",
    "dagster_dbt",
    "dagster_project.instance",
    "matplotlib.figure",  # imported where a plot is drawn
    "dagster_project.run_dbt",
    "dbt.adapters.duckdb",
    "dbt.task.build",
    "expectations.runner",
    "publication.publish",
    "reports.release_reports",
    "ingestion.ingest",
    "tests.support.kill_points",
    "tests.support.publish_tables",
):
    import_module(name)

# The schemas by which dbt checks its project, each time that it starts.
for kind in (
    Configuration,
    DuckDBCredentials,
    ModelLevelConstraint,
    PackageConfig,
    ProfileConfig,
    Project,
    ProjectFlags,
):
    kind.json_schema()
