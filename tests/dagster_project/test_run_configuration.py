"""What a run's configuration may say: never a program, never a folder. And places of pools after a killed run."""

import os
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from base.home import Home
from dagster_project import serve
from dagster_project.definitions import defs
from dagster_project.instance import dagster_home, free_slots_of_dead_runs


def _leaves(config_type: Any, seen: set[str], found: set[str], name: str = "") -> None:
    for field_name, field in (getattr(config_type, "fields", None) or {}).items():
        _leaves(field.config_type, seen, found, field_name)
    if not getattr(config_type, "fields", None) and name:
        found.add(name)


def test_no_field_names_a_program_or_a_folder() -> None:
    found: set[str] = set()
    for job in defs.resolve_all_job_defs():
        for field in job.run_config_schema.config_type.fields.values():
            _leaves(field.config_type, set(), found)
    words = ("path", "dir", "executable", "flags", "profile", "command", "file", "base")
    assert not [name for name in found if any(word in name for word in words)], found


def test_a_program_in_a_configuration_is_refused() -> None:
    config = {"resources": {"dbt": {"config": {"dbt_executable": "/bin/false"}}}}
    job = defs.resolve_job_def("build")
    with pytest.raises(dg.DagsterInvalidConfigError):
        job.execute_in_process(run_config=config, instance=dg.DagsterInstance.ephemeral())


@pytest.mark.parametrize("job", ["ingestion", "forms"])
def test_a_run_of_yearly_assets_without_a_year_says_what_is_missing(
    job: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POVERTY_HOME", str(tmp_path))
    result = defs.resolve_job_def(job).execute_in_process(instance=dg.DagsterInstance.ephemeral(), raise_on_error=False)
    [failed] = [event for event in result.all_events if event.is_step_failure]
    said = failed.step_failure_data.user_failure_data
    assert said is not None
    assert "No survey year was chosen" in str(said.description)


def test_the_ui_listens_on_this_machine_only(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    started: list[list[str]] = []
    monkeypatch.setenv("POVERTY_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(os, "execve", lambda *called: started.append(called[1]))
    serve.main()
    [arguments] = started
    assert arguments[arguments.index("-h") + 1] == "127.0.0.1"


def test_the_place_of_a_killed_run_is_freed(tmp_path: Path) -> None:
    home = Home(tmp_path / "home").create()
    with dg.DagsterInstance.from_config(str(dagster_home(home))) as instance:
        storage = instance.event_log_storage
        storage.set_concurrency_slots("build_file", 1)
        assert storage.claim_concurrency_slot("build_file", "killed", "warehouse").is_claimed
        assert not storage.claim_concurrency_slot("build_file", "next", "warehouse").is_claimed
        free_slots_of_dead_runs(instance, home, "next")
        assert storage.claim_concurrency_slot("build_file", "next", "warehouse").is_claimed
