"""A PostgreSQL server of one test run, started and stopped by it."""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest


def _program(name: str) -> str:
    found = shutil.which(name) or next(map(str, sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))), None)
    if found is None:
        if os.environ.get("CI"):
            pytest.fail(f"{name} is not here; tools/test_programs.sh installs it")
        pytest.skip(f"{name} is not here")
    return found


@contextmanager
def postgres_server() -> Iterator[str]:
    """The URL of the empty database `poverty` for its owner. No server runs as root: then the account postgres does."""
    folder = Path(tempfile.mkdtemp(prefix="poverty-postgres-"))
    lent = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.getuid() == 0 else {}
    if lent:
        shutil.chown(folder, "postgres", "postgres")
    data = folder / "data"
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    def run(*arguments: str) -> None:
        subprocess.run(arguments, check=True, cwd=folder, capture_output=True, **lent)  # type: ignore[call-overload]

    run(_program("initdb"), "-D", str(data), "-U", "owner", "-A", "trust", "-E", "UTF8", "--no-sync")
    options = f"-p {port} -k {folder} -c fsync=off -c listen_addresses=127.0.0.1"
    control = _program("pg_ctl")
    # Its output goes to a file: the server would hold a pipe open.
    run(control, "-D", str(data), "-o", options, "-l", str(folder / "log"), "-w", "start")
    try:
        with psycopg.connect(f"postgresql://owner@127.0.0.1:{port}/postgres", autocommit=True) as owner:
            owner.execute("create database poverty")
        yield f"postgresql://owner@127.0.0.1:{port}/poverty"
    finally:
        run(control, "-D", str(data), "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)
