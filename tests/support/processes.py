"""Functions run in processes of their own, forked from one that has imported what they need: imports take seconds."""

import multiprocessing
import os
import sys
from collections.abc import Callable
from multiprocessing import forkserver
from pathlib import Path
from typing import Any

# The command line, Dagster, dbt, and what ingestion and publication are made of.
_IMPORTED = [
    "poverty_cli.main",
    "dagster_dbt",
    "dagster_project.run_dbt",
    "dbt.adapters.duckdb",
    "publication.publish",
    "ingestion.ingest",
]


def start() -> None:
    """Start the process to fork from, before ingestion in a test starts one that has imported less."""
    multiprocessing.get_context("forkserver").set_forkserver_preload(_IMPORTED)
    forkserver.ensure_running()


def forked(function: Callable[..., object], *arguments: Any) -> int:
    """Run a function of a module in a new process; its exit code, negative for a signal."""
    start()
    process = multiprocessing.get_context("forkserver").Process(target=function, args=arguments)
    process.start()
    process.join()
    assert process.exitcode is not None
    return process.exitcode


def become(environment: dict[str, str], stdout: Path, stderr: Path) -> None:
    """Take another environment, and print into files."""
    for descriptor, path in ((1, stdout), (2, stderr)):
        with path.open("ab") as file:
            os.dup2(file.fileno(), descriptor)
    for name in ("stdout", "stderr"):
        getattr(sys, name).reconfigure(encoding="utf-8")
    os.environ.clear()
    os.environ.update(environment)
