"""The parent's side of the worker: start it early, ask it when there is something to check. Imports nothing slow."""

import contextlib
import json
import selectors
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

from base.home import Home
from base.machine import own_environment
from expectations.errors import ChecksError, WorkerError
from expectations.results import CheckResult

ANSWER_SECONDS = 900
_STOP_SECONDS = 2


class ExpectationsWorker:
    """A worker process that keeps great_expectations imported between runs. Not for use by several threads at once."""

    def __init__(self, answer_seconds: float = ANSWER_SECONDS) -> None:
        self._answer_seconds = answer_seconds
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> "ExpectationsWorker":
        """Start the process and return at once; it imports great_expectations meanwhile."""
        if self._process is None:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "expectations.worker"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd=Path(__file__).parent.parent,
                env={**own_environment(), "PYTHONUTF8": "1", "GX_ANALYTICS_ENABLED": "false"},
            )
        return self

    def run(self, home: Home, names: Sequence[str] | None = None, *, data_docs: bool = False) -> list[CheckResult]:
        """Run the suites named, or all; starts the process when it is not running.

        With `data_docs` the pages about these results are written to `home.data_docs`.

        Raises ChecksError when they cannot be run, WorkerError (one of them) when the process is lost.
        """
        process = self.start()._process
        assert process is not None
        assert process.stdin is not None
        asked = None if names is None else list(names)
        request = {"home": str(home.root.resolve()), "suites": asked, "data_docs": data_docs}
        try:
            process.stdin.write(json.dumps(request).encode() + b"\n")
            process.stdin.flush()
        except BrokenPipeError:
            raise self._lost() from None
        answer = json.loads(self._read_line(process))
        if "error" in answer:
            raise ChecksError(answer["error"])
        return [CheckResult.from_json(item) for item in answer["results"]]

    def stop(self) -> None:
        """Stop the worker; it holds no state."""
        process, self._process = self._process, None
        if process is None:
            return
        assert process.stdin is not None
        assert process.stdout is not None
        with contextlib.suppress(BrokenPipeError):
            process.stdin.close()
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()

    def __enter__(self) -> "ExpectationsWorker":
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _read_line(self, process: subprocess.Popen[bytes]) -> bytes:
        assert process.stdout is not None
        with selectors.DefaultSelector() as selector:
            selector.register(process.stdout, selectors.EVENT_READ)
            if not selector.select(self._answer_seconds):
                process.kill()
                self.stop()
                raise WorkerError(
                    f"The expectations worker gave no answer within {self._answer_seconds:g} s and was ended: run "
                    "fewer suites at once, or call expectations.runner.run_suites directly to see what it waits for."
                )
        # The worker writes an answer in one go, so what follows its first byte is not long in coming.
        line = process.stdout.readline()
        if not line.endswith(b"\n"):
            raise self._lost()
        return line

    def _lost(self) -> WorkerError:
        assert self._process is not None
        code = self._process.wait()
        self.stop()
        return WorkerError(
            f"The expectations worker ended without an answer (exit code {code}; -9 is mostly a lack of memory): run "
            "the checks again; if it ends again, call expectations.runner.run_suites directly to see why."
        )
