"""The process that runs checks: `python -m expectations.worker`; one line of JSON in, one out, until the input ends.

    {"home": "/path", "suites": ["area_year"] or null}   ->   {"results": [...]} or {"error": "..."}

`runner` is imported at the start, so that the import overlaps with the parent's work. Whatever else this process prints
is discarded: messages of libraries and tracebacks quote values.
"""

import json
import os
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, TextIO

from base.home import Home
from expectations.errors import ChecksError
from expectations.results import CheckResult


def main() -> None:
    """Serve until standard input ends."""
    answers = _take_standard_output()
    try:
        from expectations.runner import run_suites
    except Exception as error:
        run_suites = _refusing(type(error).__name__)
    for line in sys.stdin:
        answers.write(json.dumps(answer(line, run_suites), ensure_ascii=False) + "\n")
        answers.flush()


def answer(line: str, run_suites: Callable[..., list[CheckResult]]) -> dict[str, Any]:
    """The answer to one request; an unforeseen exception is named by its type and location, never by its text."""
    try:
        request = json.loads(line)
        home = Home(Path(request["home"]))
        results = run_suites(home, request["suites"])
        if request.get("data_docs"):
            from expectations.data_docs import write_data_docs  # here great_expectations is imported already

            write_data_docs(home.data_docs, results)
        return {"results": [result.to_json() for result in results]}
    except ChecksError as error:
        return {"error": str(error)}
    except Exception as error:
        frames = [(Path(frame.filename), frame.lineno) for frame in traceback.extract_tb(error.__traceback__)]
        places = ", ".join(f"{path.name}:{line}" for path, line in frames if path.parent == Path(__file__).parent)
        name = type(error).__name__
        return {"error": f"{name} at {places}; to see it, call expectations.runner.run_suites directly."}


def _refusing(name: str) -> Callable[..., list[CheckResult]]:
    def run_suites(*_: object) -> list[CheckResult]:
        raise ChecksError(f"great_expectations cannot be imported ({name}): install the locked packages (uv sync).")

    return run_suites


def _take_standard_output() -> TextIO:
    """Keep standard output for answers, and let everything that others write to it or to standard error vanish."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    return answers


if __name__ == "__main__":
    main()
