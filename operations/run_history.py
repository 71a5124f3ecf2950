"""How the last run ended, from Dagster's history: read without Dagster, whose import takes seconds."""

import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote

from base.home import Home

_ENDED = ("SUCCESS", "FAILURE", "CANCELED")


@dataclass(frozen=True)
class Run:
    """A run that has ended, of the command line, the UI, the sensor or the schedule."""

    job: str
    is_failed: bool
    ended_at: str


def last_run(home: Home) -> Run | None:
    """The run that ended last; None where there is none."""
    history = home.dagster / "history" / "runs.db"
    if not history.exists():
        return None
    connection = sqlite3.connect(f"file:{quote(str(history))}?mode=ro", uri=True)
    try:
        row = connection.execute(
            "select pipeline_name, status, end_time from runs where status in (?, ?, ?) and end_time is not null "
            "order by end_time desc limit 1",
            _ENDED,
        ).fetchone()
    except sqlite3.Error:  # being made, or of another version
        return None
    finally:
        connection.close()
    if row is None:
        return None
    ended = datetime.fromtimestamp(row[2], UTC).isoformat(timespec="seconds")
    return Run(str(row[0]), row[1] == "FAILURE", ended)
