"""The logs of jobs: a file for each run, the last runs of each job are kept."""

from pathlib import Path

from base.home import Home
from base.machine import whole_number

KEEP_LOGS_VARIABLE = "POVERTY_KEEP_LOGS"
KEPT_LOGS = 10


def next_log(home: Home, job: str) -> Path:
    """Where the next run of a job writes: `build.log`. The log of the run before becomes `build.1.log`, and so on."""
    logs = [home.logs / f"{job}.log", *(home.logs / f"{job}.{number}.log" for number in range(1, _kept()))]
    for log, older in zip(reversed(logs[:-1]), reversed(logs[1:]), strict=True):
        if log.exists():
            log.replace(older)
    return logs[0]


def _kept() -> int:
    """How many logs of each job are kept: POVERTY_KEEP_LOGS. Raises MachineError."""
    return whole_number(KEEP_LOGS_VARIABLE, KEPT_LOGS)
