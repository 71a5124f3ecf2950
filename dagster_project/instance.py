"""The Dagster instance of a warehouse and how the command line runs a job on it."""

import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache, partial
from pathlib import Path
from typing import Any

import dagster as dg
import sqlalchemy
from dagster._core.definitions.reconstruct import ReconstructableRepository
from dagster._core.definitions.repository_definition import SINGLETON_REPOSITORY_NAME
from dagster._core.origin import JobPythonOrigin
from dagster._core.remote_origin import (
    ManagedGrpcPythonEnvCodeLocationOrigin,
    RemoteJobOrigin,
    RemoteRepositoryOrigin,
)
from dagster._core.storage.event_log import SqliteEventLogStorage
from dagster._core.types.loadable_target_origin import LoadableTargetOrigin
from dagster._core.utils import make_new_run_id
from filelock import FileLock
from sqlalchemy import event

from base.home import Home
from base.leftovers import sweep
from base.locks import SILENT_SECONDS, held_if_free, say_waiting
from base.machine import plain_path, use_environment
from base.whole_file import write_whole
from dagster_project.parsed_project import dbt_environment

# The code location, as `dagster dev -m` calls it.
DEFINITIONS = "dagster_project.definitions"
_SETTINGS = Path(__file__).parent / "dagster.yaml"
_LOOK_SECONDS = 5
_BUSY_SECONDS = 60


def dagster_home(home: Home) -> Path:
    """The instance's folder, with its settings; Dagster would take signs in its path for a pattern."""
    folder = home.create().dagster
    if not (folder / _SETTINGS.name).exists():
        write_whole(folder / _SETTINGS.name, _SETTINGS.read_bytes())
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

    sweep(home)
    job = defs.resolve_job_def(name)
    config: dict[str, Any] = {"loggers": {"console": {"config": {"log_level": "INFO"}}}}
    if reread:
        config["ops"] = {"survey_workbooks": {"config": {"reread": True}}}
    run_id = make_new_run_id()
    with (
        open_instance(folder) as instance,
        _kept_connections(instance.event_log_storage),
        _pool_watched(instance, home, run_id),
    ):
        _name_place_of_jobs(instance, name)
        return job.execute_in_process(
            instance=instance,
            run_id=run_id,
            tags=dict(tags or {}),
            partition_key=partition,
            run_config=config,
            raise_on_error=False,
        )


def _name_place_of_jobs(instance: dg.DagsterInstance, job: str) -> None:
    """Let runs of this instance say of which code location their job is, as those say that the UI starts.

    Without it the UI lists them below Runs only: Jobs, Timeline and Re-execute know the jobs of a location.
    """
    python = ReconstructableRepository.for_module(DEFINITIONS, "defs").get_python_origin()
    target = LoadableTargetOrigin(executable_path=sys.executable, module_name=DEFINITIONS)
    location = ManagedGrpcPythonEnvCodeLocationOrigin(loadable_target_origin=target, location_name=DEFINITIONS)
    instance.create_run_for_job = partial(  # type: ignore[method-assign]
        instance.create_run_for_job,
        remote_job_origin=RemoteJobOrigin(RemoteRepositoryOrigin(location, SINGLETON_REPOSITORY_NAME), job),
        job_code_origin=JobPythonOrigin(job, python),
    )


def delete_runs(home: Home, run_ids: Sequence[str]) -> None:
    """Take runs and their events out of the run history."""
    folder = dagster_home(home)
    use_environment(dbt_environment(home) | {"DAGSTER_HOME": str(folder)})
    with open_instance(folder) as instance:
        for run_id in run_ids:
            instance.delete_run(run_id)


@contextmanager
def _kept_connections(storage: object) -> Iterator[None]:
    """Keep Dagster's connections to its event log for a run.

    It opens the database again for each of some three thousand statements of a run, and compiles each again: ten
    seconds; and it asks for each asset and check whether its tables are there. Between statements no transaction is
    open, so that the UI reads and writes meanwhile as before.
    """
    if not isinstance(storage, SqliteEventLogStorage):
        yield
        return
    engines: dict[str, sqlalchemy.Engine] = {}

    @contextmanager
    def connect(shard: str) -> Iterator[sqlalchemy.Connection]:
        if shard not in engines:
            with opened(shard):  # makes the tables where there are none
                pass
        with storage._db_lock:
            if shard not in engines:
                engines[shard] = sqlalchemy.create_engine(
                    storage.conn_string_for_shard(shard), connect_args={"timeout": _BUSY_SECONDS}
                )
                event.listen(engines[shard], "connect", _without_waiting)
            with engines[shard].begin() as connection:
                yield connection

    opened = storage._connect
    storage._connect = connect  # type: ignore[method-assign]
    storage.has_table = cache(storage.has_table)  # type: ignore[method-assign]
    try:
        yield
    finally:
        del storage._connect, storage.has_table
        for engine in engines.values():
            engine.dispose()


def _without_waiting(connection: Any, _: object) -> None:
    """Let the system write the run history when it likes: a loss of power may cost its last lines, never its shape."""
    connection.execute("PRAGMA synchronous = NORMAL")


@contextmanager
def _pool_watched(instance: dg.DagsterInstance, home: Home, run_id: str) -> Iterator[None]:
    """Meanwhile free places of the pool that killed runs kept, and say it when this run waits for a living one.

    Without this a run waits for ever: Dagster does not know that the process of another run is gone.
    """
    free_slots_of_dead_runs(instance, home, run_id)
    is_over = threading.Event()

    def watch() -> None:
        has_said = False
        while not is_over.wait(_LOOK_SECONDS):
            free_slots_of_dead_runs(instance, home, run_id)
            if not has_said and _waits(instance, run_id):
                has_said = True
                say_waiting("another run builds or publishes")

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        is_over.set()
        watcher.join()


def free_slots_of_dead_runs(instance: dg.DagsterInstance, home: Home, own_run_id: str = "") -> None:
    """Free the places of pools that other runs hold while nobody has the build file.

    A living run that loses its place so is still alone with the file: the lock guards it.
    """
    storage = instance.event_log_storage
    with held_if_free(home.build_lock) as is_free:
        if not is_free:
            return
        for pool in storage.get_concurrency_keys():
            info = storage.get_concurrency_info(pool)
            # Its waiting steps too: one of a killed run would be given the place next.
            for run_id in {*info.active_run_ids, *info.pending_run_ids, *info.assigned_run_ids} - {own_run_id}:
                storage.free_concurrency_slots_for_run(run_id)


def _waits(instance: dg.DagsterInstance, run_id: str) -> bool:
    storage = instance.event_log_storage
    since = time.time() - SILENT_SECONDS
    return any(
        step.run_id == run_id and step.assigned_timestamp is None and step.enqueued_timestamp.timestamp() < since
        for pool in storage.get_concurrency_keys()
        for step in storage.get_concurrency_info(pool).pending_steps
    )
