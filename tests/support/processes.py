"""Functions run in processes of their own, forked from one that has imported what they need: imports take seconds.

Programs that start as users start them are run by tests/support/real_run.py and tests/test_wheel.py.
"""

import gc
import json
import multiprocessing
import os
import runpy
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from multiprocessing import forkserver
from multiprocessing.connection import Connection
from pathlib import Path
from typing import IO, Any, Self

# Names the file into which what dbt sends to the database is written.
STATEMENTS_VARIABLE = "POVERTY_TEST_STATEMENTS"
_server: Any = forkserver._forkserver  # type: ignore[attr-defined]


def start() -> None:
    """Start the process to fork from, before ingestion in a test starts one that has imported less."""
    multiprocessing.get_context("forkserver").set_forkserver_preload(["tests.support.preloaded"])
    forkserver.ensure_running()


def to_fork(program: str) -> list[str]:
    """What starts a fork that does what `program` does: `poverty`, or `python -c LINE`. Arguments follow."""
    start()
    return [
        sys.executable,
        "-c",
        f"from {__name__} import be_forked; be_forked()",
        _server._forkserver_address,
        program,
    ]


def be_forked() -> None:
    """Have a program forked, with the input and output of this one; end with it."""
    _, _server._forkserver_address, program, *arguments = sys.argv
    _server._forkserver_alive_fd = os.open(os.devnull, os.O_RDONLY)
    _fork_from_the_same()
    ends = [Connection(os.dup(number)) for number in range(3)]
    done = multiprocessing.get_context("forkserver").Process(
        target=_run, args=(_be, (program, arguments, dict(os.environ), str(Path.cwd()), _umask(), ends))
    )
    done.start()
    for number in range(3):
        os.close(number)
    done.join()
    os._exit(done.exitcode or 0)


def _be(program: str, arguments: list[str], env: dict[str, str], cwd: str, umask: int, ends: list[Connection]) -> None:
    _take(env, cwd, umask, ends)
    if program == "poverty":
        be_poverty(arguments)
    else:
        exec(arguments[-1], {"__name__": "__main__"})


def be_poverty(arguments: Sequence[str]) -> None:
    """Do what the command line does; the programs of ours that it starts are forked too."""
    from poverty_cli.main import main  # here, for a program that only asks for a fork imports this module

    subprocess.Popen = StartedByForking  # type: ignore[misc]
    sys.argv = ["poverty", *arguments]
    main()


def forked(function: Callable[..., object], *arguments: Any) -> int:
    """Run a function of a module in a new process; its exit code, negative for a signal."""
    start()
    process = multiprocessing.get_context("forkserver").Process(target=_run, args=(function, arguments))
    process.start()
    process.join()
    assert process.exitcode is not None
    return process.exitcode


def _run(function: Callable[..., object], arguments: tuple[Any, ...]) -> None:
    _fork_from_the_same()
    # `spawn` would import everything again.
    get_context = multiprocessing.get_context
    multiprocessing.get_context = lambda method=None: get_context("forkserver" if method == "spawn" else method)
    gc.freeze()  # what was imported stays to the end: no collection need look at it
    function(*arguments)


def _fork_from_the_same() -> None:
    """Let processes of this one come from where it came from: Python 3.11 would start another one to fork from."""
    forkserver.ensure_running = _server.ensure_running = lambda: None


def become(environment: dict[str, str], stdout: Path, stderr: Path) -> None:
    """Take another environment, print into files, and start programs of ours by forking them too."""
    subprocess.Popen = StartedByForking  # type: ignore[misc]
    for descriptor, path in ((1, stdout), (2, stderr)):
        with path.open("ab") as file:
            os.dup2(file.fileno(), descriptor)
    for name in ("stdout", "stderr"):
        getattr(sys, name).reconfigure(encoding="utf-8")
    os.environ.clear()
    os.environ.update(environment)


@contextmanager
def around_dbt() -> Iterator[None]:
    """What dbt sends to the database is written into the file that STATEMENTS_VARIABLE names, if it names one.

    The database is closed at the end: a forked process ends without the end of Python, which would write it.
    """
    # Here, for every test process imports this module, and few need dbt.
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager

    sent: list[tuple[str, str]] = []
    send = DuckDBConnectionManager.add_query

    def add_query(self: DuckDBConnectionManager, sql: str, *arguments: object, **options: object) -> object:
        sent.append((self.get_thread_connection().name, sql))
        return send(self, sql, *arguments, **options)

    if record := os.environ.get(STATEMENTS_VARIABLE):
        DuckDBConnectionManager.add_query = add_query
    try:
        yield
    finally:
        DuckDBConnectionManager.close_all_connections()
        gc.collect()
        if record:
            Path(record).write_text(json.dumps(sent), encoding="utf-8")


def _umask() -> int:
    os.umask(mask := os.umask(0))
    return mask


class StartedByForking(subprocess.Popen[bytes]):
    """`subprocess.Popen`; dbt and the worker of the checks are forked, which import for seconds each time."""

    def __new__(cls, args: Sequence[str], **options: Any) -> Any:
        is_ours = list(args[:1]) == [sys.executable] and args[1] in ("-P", "-m")
        if is_ours and not {"stdout", "stderr"} - options.keys():
            return _ForkedProgram(args, **options)
        return super().__new__(cls)


class _ForkedProgram:
    """What our code and dagster-dbt use of `subprocess.Popen`, of `python -m MODULE ...` or `python -P FILE ...`."""

    def __init__(
        self,
        args: Sequence[str],
        *,
        env: Mapping[str, str],
        cwd: Path | str | None = None,
        stdout: int,
        stderr: int,
        stdin: int | None = None,
    ) -> None:
        assert stdout == subprocess.PIPE
        self.args, self.returncode = args, None
        (stdin_read, stdin_write), (stdout_read, stdout_write), (stderr_read, stderr_write) = (
            os.pipe() for _ in range(3)
        )
        nowhere = os.open(os.devnull, os.O_RDWR)
        said = {subprocess.STDOUT: stdout_write, subprocess.DEVNULL: nowhere, subprocess.PIPE: stderr_write}[stderr]
        given = [Connection(os.dup(end)) for end in (stdin_read, stdout_write, said)]
        self._process = multiprocessing.get_context("forkserver").Process(
            target=_run_program, args=(list(args), dict(env), str(cwd or Path.cwd()), _umask(), given)
        )
        self._process.start()
        for end in (stdin_read, stdout_write, stderr_write, nowhere):
            os.close(end)
        self.pid = self._process.pid
        self.stdout: IO[bytes] = os.fdopen(stdout_read, "rb")
        self._stderr: IO[bytes] = os.fdopen(stderr_read, "rb")
        self.stdin: IO[bytes] | None = os.fdopen(stdin_write, "wb")
        if stdin is None:
            self.stdin.close()
            self.stdin = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stdout.close()
        self._stderr.close()
        self.wait()

    def communicate(self, _: bytes | None = None, timeout: float | None = None) -> tuple[bytes, bytes]:
        with ThreadPoolExecutor(1) as other:  # a pipe that nobody reads would fill
            stderr = other.submit(self._stderr.read)
            said = self.stdout.read(), stderr.result()
        self.wait(timeout)
        return said

    def poll(self) -> int | None:
        self.returncode = self._process.exitcode
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        self._process.join(timeout)
        if self.poll() is None:
            assert timeout is not None
            raise subprocess.TimeoutExpired(self.args, timeout)
        return self.returncode

    def send_signal(self, number: int) -> None:
        os.kill(self.pid, number)

    def kill(self) -> None:
        self._process.kill()


def _run_program(args: list[str], env: dict[str, str], cwd: str, umask: int, ends: list[Connection]) -> None:
    _take(env, cwd, umask, ends)
    _, kind, program, *sys.argv[1:] = args
    sys.argv[0] = program
    gc.freeze()
    if kind == "-m":
        runpy.run_module(program, run_name="__main__")
    else:
        with around_dbt():
            runpy.run_path(program, run_name="__main__")


def _take(env: dict[str, str], cwd: str, umask: int, ends: list[Connection]) -> None:
    """Another environment, folder, input and output."""
    for descriptor, end in enumerate(ends):
        os.dup2(end.fileno(), descriptor)
        end.close()
    sys.stdin = os.fdopen(0, encoding="utf-8", closefd=False)
    sys.stdout, sys.stderr = (os.fdopen(number, "w", encoding="utf-8", closefd=False) for number in (1, 2))
    os.environ.clear()
    os.environ.update(env)
    os.chdir(cwd)
    os.umask(umask)
