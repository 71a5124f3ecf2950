"""Run a command as a fresh process and measure wall time, CPU time and peak memory of all that it starts."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
_LAUNCH = Path(__file__).with_name("launch.py")


@dataclass(frozen=True)
class Usage:
    """What a command cost. `peak_bytes` is the largest resident set of any single process that it started."""

    wall: float
    cpu: float
    peak_bytes: int
    output: str


class CommandFailedError(RuntimeError):
    """A measured command did not end with exit code 0; the message holds the end of what it printed."""


def run(arguments: Sequence[str], *, environment: Mapping[str, str] | None = None) -> Usage:
    """Run a command to its end and measure it. Raises CommandFailedError."""
    # Bytecode is kept, as on any machine that ran the product once: otherwise every start compiles our modules again.
    inherited = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    with tempfile.TemporaryDirectory() as scratch:
        result = Path(scratch) / "usage.json"
        done = subprocess.run(
            [sys.executable, "-I", "-S", str(_LAUNCH), str(result), *arguments],
            cwd=REPOSITORY,
            env={**inherited, **(environment or {})},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            check=False,
        )
        if done.returncode != 0:
            raise CommandFailedError(f"{' '.join(arguments[:6])} ended with {done.returncode}:\n{done.stdout[-4000:]}")
        return Usage(**json.loads(result.read_text(encoding="utf-8")), output=done.stdout)


def python(*arguments: str, environment: Mapping[str, str] | None = None) -> Usage:
    """Run this environment's Python with arguments and measure it."""
    return run([sys.executable, *arguments], environment=environment)
