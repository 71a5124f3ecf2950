"""The Dagster instance of a warehouse and how the command line runs a job on it."""

import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import dagster as dg
from filelock import FileLock

from base.home import Home
from base.machine import plain_path, use_environment
from dagster_project.dbt_project import dbt_environment

_SETTINGS = Path(__file__).parent / "dagster.yaml"


def dagster_home(home: Home) -> Path:
    """The instance's folder, with its settings; Dagster would take signs in its path for a pattern."""
    folder = home.create().dagster
    if not (folder / _SETTINGS.name).exists():
        partial = folder / f"{_SETTINGS.name}.{os.getpid()}.partial"
        shutil.copyfile(_SETTINGS, partial)
        partial.replace(folder / _SETTINGS.name)
    return plain_path(home.root) / folder.name


def open_instance(folder: Path) -> dg.DagsterInstance:
    """The instance of this process. Only one process at a time makes its databases: two at once fail in one of them."""
    with FileLock(folder / "instance.lock"):
        instance = dg.DagsterInstance.get()
        _ = instance.run_storage, instance.event_log_storage, instance.schedule_storage
    return instance


def run_job(
    home: Home, name: str, *, tags: Mapping[str, str] | None = None, partition: str | None = None, reread: bool = False
) -> dg.ExecuteInProcessResult:
    """Run a job in this process on the warehouse's own instance, so that the UI shows the run afterwards."""
    folder = dagster_home(home)
    use_environment(dbt_environment(home) | {"DAGSTER_HOME": str(folder)})
    from dagster_project.definitions import defs  # after the environment is set: loading reads it

    job = defs.resolve_job_def(name)
    config: dict[str, Any] = {"loggers": {"console": {"config": {"log_level": "INFO"}}}}
    if reread:
        config["ops"] = {"survey_workbooks": {"config": {"reread": True}}}
    with open_instance(folder) as instance:
        return job.execute_in_process(
            instance=instance, tags=dict(tags or {}), partition_key=partition, run_config=config, raise_on_error=False
        )
