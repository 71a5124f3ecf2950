"""Published homes, built once for the same code and input and shared by all tests and test processes.

A shared home is only read. A test that changes one takes a copy with `copy_of`.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from filelock import FileLock

from base.build_date import today
from base.home import HOME_VARIABLE, Home
from base.product import PACKAGE_NAMES
from base.territory import TERRITORY_VARIABLE
from tests.support.processes import STATEMENTS_VARIABLE, be_poverty, become, forked

REPOSITORY = Path(__file__).resolve().parents[2]
PACKS = REPOSITORY / "tests" / "packs"
CLEAN_LANDING = PACKS / "clean" / "landing"
POVERTY = Path(sys.executable).parent / "poverty"
CACHE = REPOSITORY / ".test_homes"
# What decides about a build. Never all that lies in the checkout: a file that a test left there, in the midst of a
# run, would make every shared home another one and take it from who reads it.
_PRODUCT = (*PACKAGE_NAMES, "dbt", "reference", "pyproject.toml", "uv.lock")
_FINISHED = "finished"
# A few workbooks on both sides of the reorganisation of 2025, for tests that need a whole run and no whole pack.
MICRO_FILES = (
    "2024/ra-soat-2024-28777.xlsx",
    "2024/ra-soat-2024-29161.xlsx",
    "2025/ra-soat-2025-28777.xlsx",
    "2025/ra-soat-2025-29158.xlsx",
    "2026/ra-soat-2026-29158.xlsx",
)
STATEMENTS = "statements.json"
SENT = "2024/ra-soat-2024-29161.xlsx"


def poverty(
    home: Home, *arguments: str, expect: int = 0, territory: str | None = None
) -> subprocess.CompletedProcess[str]:
    """Run the command line on a home and insist on its exit code; a new home may be of another territory."""
    chosen = {TERRITORY_VARIABLE: territory} if territory else {}
    environment = os.environ | {HOME_VARIABLE: str(home.root)} | chosen
    with tempfile.TemporaryDirectory(prefix="said-") as folder:
        said = [Path(folder) / name for name in ("stdout", "stderr")]
        code = forked(_command, environment, *said, arguments)
        stdout, stderr = (path.read_text(encoding="utf-8") for path in said)
    assert code == expect, f"exit {code}, wanted {expect}\n{stdout}\n{stderr[-4000:]}"
    return subprocess.CompletedProcess(arguments, code, stdout, stderr)


def _command(environment: dict[str, str], stdout: Path, stderr: Path, arguments: tuple[str, ...]) -> None:
    become(environment, stdout, stderr)
    be_poverty(arguments)


def shared_home(name: str, land: Callable[[Home], object], build: Callable[[Home], object]) -> Home:
    """The home that `land` fills and `build` makes of it, kept as long as code, landed files and day are the same.

    Only one process builds a home; the others wait for it. A home of older code or input is removed.
    """
    CACHE.mkdir(exist_ok=True)
    with FileLock(CACHE / f"{name}.lock"):
        landed = CACHE / f"{name}.landing"
        shutil.rmtree(landed, ignore_errors=True)
        land(Home(landed).create())
        folder = CACHE / f"{name}-{_key(landed)}"
        if not (folder / _FINISHED).exists():
            for old in CACHE.glob(f"{name}-*"):
                shutil.rmtree(old)
            landed.rename(folder)
            build(Home(folder))
            (folder / _FINISHED).touch()
        shutil.rmtree(landed, ignore_errors=True)
    return Home(folder)


def run_once(home: Home) -> None:
    """Read, build and publish, as a user does."""
    poverty(home, "run")


def land_micro(home: Home) -> None:
    """Put the micro pack into landing."""
    for name in MICRO_FILES:
        (home.landing / name).parent.mkdir(exist_ok=True)
        shutil.copyfile(CLEAN_LANDING / name, home.landing / name)


def land_untidy(home: Home) -> None:
    """The micro pack, another file with a number in use, two empty files, a broken link, a trash folder."""
    land_micro(home)
    again = shutil.copyfile(home.landing / SENT, home.landing / "Trần Thị Canary.xlsx")
    with zipfile.ZipFile(again, "a") as book:
        book.comment = b"saved again"
    for name in ("empty.xlsx", "2024/Trần Thị Canary.xlsx"):
        (home.landing / name).touch()
    (home.landing / "Trần Văn Canary").symlink_to("nowhere")
    (home.landing / ".Trash-1000").mkdir()
    (home.landing / ".Trash-1000" / "old.xlsx").write_bytes(b"x")


@cache
def shared_micro_home() -> Home:
    """The untidy micro pack, read, built and published step by step. Only read it.

    What dbt sends to the database for a new build file is beside it, in `target_of`.
    """

    def make(home: Home) -> None:
        target_of(home).mkdir()
        with pytest.MonkeyPatch.context() as changed:
            changed.setenv(STATEMENTS_VARIABLE, str(target_of(home) / STATEMENTS))
            for step in ("ingest", "build", "publish"):
                poverty(home, step)

    return shared_home("micro", land_untidy, make)


def target_of(home: Home) -> Path:
    """Where dbt's compiled SQL is, and what it said."""
    return home.root.with_name(f"{home.root.name}_dbt")


def copy_of(home: Home, root: Path, *, with_build: bool = True) -> Home:
    """A private copy of a shared home, without the build file where the test needs none, and without the SQL that dbt
    leaves, a thousand files."""
    left_out = ("dagster", "logs", "compiled", "run", _FINISHED, *(() if with_build else ("build.duckdb",)))
    shutil.copytree(home.root, root, symlinks=True, ignore=shutil.ignore_patterns(*left_out))
    return Home(root).create()


def _key(landed: Path) -> str:
    digest = hashlib.sha256(f"{today()} {_product_digest()}".encode())
    for path in sorted(path for path in landed.rglob("*") if path.is_file()):
        digest.update(f"{path.relative_to(landed)} {_content_mark(path)}\n".encode())
    return digest.hexdigest()[:16]


def _content_mark(path: Path) -> str:
    """The bytes, but of a workbook the parts: openpyxl writes the time of saving into a workbook."""
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            parts = sorted((part.filename, part.CRC) for part in archive.infolist())
        return str([part for part in parts if part[0] != "docProps/core.xml"])
    return hashlib.sha256(path.read_bytes()).hexdigest()


@cache
def _product_digest() -> str:
    """One hash of every file of the product that Git knows or would take, but for documents."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z", "--", *_PRODUCT],
        cwd=REPOSITORY,
        capture_output=True,
        check=True,
    ).stdout.decode()
    digest = hashlib.sha256(Path(__file__).read_bytes())
    for name in sorted(set(listed.split("\0"))):
        path = REPOSITORY / name
        if name and path.is_file() and not name.endswith(".md"):
            digest.update(name.encode() + path.read_bytes())
    return digest.hexdigest()
