"""The Dagster instance of a warehouse and how the command line runs a job on it."""

import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import dagster as dg

from base.home import Home
from dagster_project.dbt_project import dbt_environment

_SETTINGS = Path(__file__).parent / "dagster.yaml"


def dagster_home(home: Home) -> Path:
    """The instance's folder, with its settings."""
    folder = home.create().dagster
    if not (folder / _SETTINGS.name).exists():
        shutil.copyfile(_SETTINGS, folder / _SETTINGS.name)
    return folder


def run_job(
    home: Home, name: str, *, tags: Mapping[str, str] | None = None, partition: str | None = None, reread: bool = False
) -> dg.ExecuteInProcessResult:
    """Run a job in this process on the warehouse's own instance, so that the UI shows the run afterwards."""
    os.environ.update(dbt_environment(home), DAGSTER_HOME=str(dagster_home(home)))
    from dagster_project.definitions import defs  # after the environment is set: loading reads it

    job = defs.resolve_job_def(name)
    config: dict[str, Any] = {"loggers": {"console": {"config": {"log_level": "INFO"}}}}
    if reread:
        config["ops"] = {"survey_workbooks": {"config": {"reread": True}}}
    with dg.DagsterInstance.get() as instance:
        return job.execute_in_process(
            instance=instance, tags=dict(tags or {}), partition_key=partition, run_config=config, raise_on_error=False
        )
