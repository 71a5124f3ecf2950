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


def run(arguments: Sequence[str], *, environment: Mapping[str, str] | None = None, folder: Path = REPOSITORY) -> Usage:
    """Run a command to its end and measure it. Raises CommandFailedError."""
    # Bytecode is kept, as on any machine that ran the product once: otherwise every start compiles our modules again.
    inherited = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
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
    seen: dict[int, _Seen] = {}
    ended = threading.Event()
    watcher = threading.Thread(target=_watch, args=(process.pid, seen, ended), daemon=True)
    watcher.start()
    output, _ = process.communicate()
    wall = time.perf_counter() - start
    ended.set()
    watcher.join()
    if process.returncode != 0:
        raise CommandFailedError(f"{' '.join(arguments[:6])} ended with {process.returncode}:\n{output[-4000:]}")
    largest = max(seen.values(), key=lambda one: one.peak_bytes, default=_Seen())
    return Usage(wall, sum(one.cpu for one in seen.values()), largest.peak_bytes, largest.command, output)


def python(*arguments: str, environment: Mapping[str, str] | None = None) -> Usage:
    """Run this environment's Python with arguments and measure it."""
    return run([sys.executable, *arguments], environment=environment)


@dataclass(frozen=True)
class _Seen:
    """The last look at one process; both figures only ever grow."""

    cpu: float = 0.0
    peak_bytes: int = 0
    command: str = ""


def _watch(root: int, seen: dict[int, _Seen], ended: threading.Event) -> None:
    """Look at every process below `root` again and again.

    The parent's own account of its children would miss what a fork server started, because nobody waits for it.
    """
    while not ended.wait(_SAMPLE_SECONDS):
        for process in _tree(root):
            try:
                seen[process] = _look(Path(f"/proc/{process}"))
            except (OSError, ValueError, IndexError):  # it ended meanwhile
                continue


def _look(process: Path) -> _Seen:
    fields = (process / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    ticks = int(fields[11]) + int(fields[12])  # user and system time of the process itself
    command = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
    peaks = [line.split()[1] for line in (process / "status").read_text().splitlines() if line.startswith("VmHWM:")]
    return _Seen(ticks / os.sysconf("SC_CLK_TCK"), int(peaks[0]) * 1024, command[:120])


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
