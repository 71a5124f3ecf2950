"""Which runs have ended and how, from Dagster's history: read without Dagster, whose import takes seconds."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from base.home import Home

_ENDED = "status in ('SUCCESS', 'FAILURE', 'CANCELED') and end_time is not null"


@dataclass(frozen=True)
class Run:
    """A run that has ended, of the command line, the UI, the sensor or the schedule."""

    job: str
    is_failed: bool
    ended_at: str


def last_run(home: Home) -> Run | None:
    """The run that ended last; None where there is none."""
    rows = _ask(home, f"select pipeline_name, status, end_time from runs where {_ENDED} order by end_time desc limit 1")
    if not rows:
        return None
    ((job, status, ended),) = rows
    return Run(str(job), status == "FAILURE", datetime.fromtimestamp(ended, UTC).isoformat(timespec="seconds"))


def ended_runs(home: Home) -> list[tuple[str, str, float]]:
    """(run id, job, when it ended in seconds since 1970) of all runs that have ended, in that order."""
    return _ask(home, f"select run_id, pipeline_name, end_time from runs where {_ENDED} order by end_time")


def _ask(home: Home, query: str) -> list[Any]:
    """The rows of an answer; none where there is no history yet, or one of another version of Dagster."""
    history = home.dagster / "history" / "runs.db"
    if not history.exists():
        return []
    with closing(sqlite3.connect(f"file:{quote(str(history))}?mode=ro", uri=True)) as connection:
        try:
            return connection.execute(query).fetchall()
        except sqlite3.Error:
            return []
