"""How a step fails without showing what a cell holds.

Exceptions of libraries, whose text may quote a value, become their type and location; only known lines of dbt's output
pass. Our own exceptions are written without values and pass as they are.
"""

import contextlib
import io
import json
import re
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path

import dagster as dg

from base.busy import is_busy
from base.full_disk import full_sentence, is_full
from base.home import Home
from base.machine import sentence_for
from base.product import PACKAGE_NAMES, PACKAGES
from base.whole_file import BrokenFileError
from expectations.errors import ChecksError
from ingestion.registry import BrokenRegistryError
from publication.build_state import ChangedInputsError
from publication.release import NotPublishedError

_OUR_FOLDERS = [PACKAGES / name for name in PACKAGE_NAMES]
_OURS = (ChecksError, NotPublishedError, BrokenRegistryError, BrokenFileError, ChangedInputsError)
# A lock or a disk that did not answer is tried again after 10, 20 and 40 seconds, and so is a build that had too little
# memory and keeps what it made. All else says no every time.
RETRIES = dg.RetryPolicy(max_retries=3, delay=10, backoff=dg.Backoff.EXPONENTIAL)
# dbt's progress: counts, names of nodes and their states. Its error messages are on lines of their own.
_PROGRESS = re.compile(
    r"^(\d\d:\d\d:\d\d\s+)?(\d+ of \d+ (START|OK|PASS|WARN|FAIL|ERROR|SKIP|NO-OP)\b.*|Running with dbt=[\w.]+"
    r"|Found \d+ .*|Concurrency: .*|Finished running .*|Completed (successfully|with \d+ .*)|Done\. PASS=.*)$"
)


def failure(sentence: str, *, may_pass: bool = False) -> dg.Failure:
    """The end of a step; it is only tried again where what stopped it may pass by itself."""
    return dg.Failure(sentence, allow_retries=may_pass)


@contextlib.contextmanager
def without_values() -> Iterator[None]:
    """Replace an exception that is not ours by its type and the places of our code it came through."""
    try:
        yield
    except dg.Failure:
        raise
    except _OURS as ours:
        raise failure(str(ours)) from None
    except Exception as error:
        if is_full(error):
            raise failure(full_sentence(Home.from_environment())) from None
        sentence = sentence_for(error, Home.from_environment().root)
        if sentence:
            raise failure(sentence) from None
        frames = [(Path(frame.filename), frame.lineno) for frame in traceback.extract_tb(error.__traceback__)]
        own = [(path, line) for path, line in frames if any(folder in path.parents for folder in _OUR_FOLDERS)]
        places = ", ".join(f"{path.relative_to(PACKAGES)}:{line}" for path, line in own)
        raise failure(
            f"Unexpected {type(error).__name__} at {places}; please report it with this line.", may_pass=is_busy(error)
        ) from None


class _Progress(io.TextIOBase):
    """Passes on lines of dbt's progress and drops every other."""

    def __init__(self, target: io.TextIOBase) -> None:
        self._target = target
        self._rest = ""

    def write(self, text: str) -> int:
        *lines, self._rest = (self._rest + text).split("\n")
        for line in lines:
            if _PROGRESS.match(line.strip()):
                self._target.write(line + "\n")
        return len(text)


@contextlib.contextmanager
def dbt_progress_only() -> Iterator[None]:
    """Let what is printed meanwhile through only where it is dbt's progress: its messages quote cells."""
    with contextlib.redirect_stdout(_Progress(sys.stdout)):  # type: ignore[type-var, arg-type]
        yield


def forget_messages(run_results: Path) -> None:
    """Empty the database's messages in dbt's `run_results.json`; counts and states stay."""
    if run_results.exists():
        artifact = json.loads(run_results.read_text(encoding="utf-8"))
        for result in artifact["results"]:
            result["message"] = None
            result["adapter_response"] = {}
        run_results.write_text(json.dumps(artifact), encoding="utf-8")
