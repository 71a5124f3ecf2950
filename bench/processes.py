"""Running a command as a fresh process and measuring all of it.

What belongs here: wall time, CPU time and peak memory of a process and everything it starts. What does not: what runs.
"""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
_SAMPLE_SECONDS = 0.05


@dataclass(frozen=True)
class Usage:
    """What a command cost. `peak_bytes` is the largest resident set of any single process of its tree."""

    wall: float
    cpu: float
    peak_bytes: int
    peak_command: str
    output: str


class CommandFailedError(RuntimeError):
    """A measured command did not end with exit code 0; the message holds the end of what it printed."""


def run(
    arguments: Sequence[str], *, environment: Mapping[str, str] | None = None, folder: Path = REPOSITORY
) -> Usage:
    """Run a command to its end and measure it. Raises CommandFailedError."""
    # Bytecode is kept, as on any machine that ran the product once: otherwise every start compiles our modules again.
    inherited = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    before = os.times()
    start = time.perf_counter()
    process = subprocess.Popen(
        arguments,
        cwd=folder,
        env={**inherited, **(environment or {})},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
    )
    peaks: dict[int, tuple[int, str]] = {}
    ended = threading.Event()
    watcher = threading.Thread(target=_watch, args=(process.pid, peaks, ended), daemon=True)
    watcher.start()
    output, _ = process.communicate()
    wall = time.perf_counter() - start
    ended.set()
    watcher.join()
    after = os.times()
    if process.returncode != 0:
        raise CommandFailedError(f"{' '.join(arguments[:6])} ended with {process.returncode}:\n{output[-4000:]}")
    # Children of children count once their parents have waited for them, which all of ours do.
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    peak, command = max(peaks.values(), default=(0, ""))
    return Usage(wall, cpu, peak, command, output)


def python(*arguments: str, environment: Mapping[str, str] | None = None) -> Usage:
    """Run this environment's Python with arguments and measure it."""
    return run([sys.executable, *arguments], environment=environment)


def _watch(root: int, peaks: dict[int, tuple[int, str]], ended: threading.Event) -> None:
    """Keep the kernel's own high-water mark of every process below `root`; asking often matters only for its end."""
    while not ended.wait(_SAMPLE_SECONDS):
        for process in _tree(root):
            try:
                status = Path(f"/proc/{process}/status").read_text(encoding="utf-8")
                command = Path(f"/proc/{process}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            except OSError:
                continue
            for line in status.splitlines():
                if line.startswith("VmHWM:"):
                    peaks[process] = (int(line.split()[1]) * 1024, command[:120])


def _tree(root: int) -> list[int]:
    found, open_ends = [], [root]
    while open_ends:
        process = open_ends.pop()
        found.append(process)
        try:
            for task in Path(f"/proc/{process}/task").iterdir():
                open_ends += [int(child) for child in (task / "children").read_text(encoding="utf-8").split()]
        except OSError:
            continue
    return found
