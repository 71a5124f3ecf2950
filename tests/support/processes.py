"""Functions run in processes of their own, forked from one that has imported what they need: imports take seconds."""

import multiprocessing
from collections.abc import Callable
from typing import Any

# dbt, and what ingestion and publication are made of.
_IMPORTED = ["dagster_project.run_dbt", "dbt.adapters.duckdb", "publication.publish", "ingestion.ingest"]


def forked(function: Callable[..., object], *arguments: Any) -> int:
    """Run a function of a module in a new process; its exit code, negative for a signal."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(_IMPORTED)
    process = context.Process(target=function, args=arguments)
    process.start()
    process.join()
    assert process.exitcode is not None
    return process.exitcode
