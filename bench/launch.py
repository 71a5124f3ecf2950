"""Run one command and write what it and everything it started cost: `python launch.py RESULT COMMAND …`.

It takes the kernel's account when processes end, so that measuring costs nothing meanwhile. Kept small, because a
process counts the memory of the one that started it. Imports nothing of ours.
"""

import ctypes
import json
import os
import signal
import sys
import time
from types import FrameType

_BECOME_REAPER = 36  # PR_SET_CHILD_SUBREAPER: what lost its parent (a fork server) becomes our child and is counted
_SECONDS_AFTER_END = 30
_BYTES = 1 if sys.platform == "darwin" else 1024


def _stop(_number: int, _frame: FrameType | None) -> None:
    raise TimeoutError


def main(result: str, *command: str) -> int:
    """Run a command to its end and return its exit code."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_BECOME_REAPER, 1, 0, 0, 0)
    start = time.perf_counter()
    first = os.posix_spawnp(command[0], command, os.environ)
    signal.signal(signal.SIGALRM, _stop)
    wall, code, cpu, peak = 0.0, 1, 0.0, 0
    try:
        while True:
            ended, status, usage = os.wait4(-1, 0)
            cpu += usage.ru_utime + usage.ru_stime
            peak = max(peak, usage.ru_maxrss * _BYTES)
            if ended == first:
                wall, code = time.perf_counter() - start, os.waitstatus_to_exitcode(status)
                signal.alarm(_SECONDS_AFTER_END)
    except (ChildProcessError, TimeoutError):
        signal.alarm(0)
    with open(result, "w", encoding="utf-8") as file:  # noqa: PTH123 - pathlib would be the largest import here
        json.dump({"wall": wall, "cpu": cpu, "peak_bytes": peak}, file)
    return code


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
