"""Awkward machines: the product on each of them, as a user meets it (`python -m tests.support.machines`).

A machine is obscure when a command neither works nor says in one sentence what to do. Each gets a home with two
workbooks, or a copy of one that is published, and a sentence is: a short message, no traceback, nothing to report.
"""

import contextlib
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from base.home import Home
from base.release_layout import DATABASE
from ingestion.decisions import LINK_DECISION_COLUMNS
from tests.support.homes import CLEAN_LANDING, POVERTY

FILES = ("2024/ra-soat-2024-28777.xlsx", "2025/ra-soat-2025-28777.xlsx")
WORKS, SAYS_WHY, OBSCURE = "works", "says why", "OBSCURE"
_LONGEST_SENTENCE = 600
_SIGNS_OF_CODE = ("Traceback", "Unexpected ", 'File "', "exec: ")
_NOBODY = 65534


@dataclass
class Machine:
    """What is awkward. `prepare` may change the home and the scratch folder, and gives variables of the environment."""

    name: str
    wanted: str
    home: str = "home"
    arguments: tuple[str, ...] = ("run",)
    variables: Mapping[str, str] = field(default_factory=dict)
    prepare: Callable[[Path, Home], Mapping[str, str] | None] = lambda *_: None
    before: Callable[[], None] | None = None
    prefix: tuple[str, ...] = ()
    needs_root: bool = False
    at_once: int = 1


@dataclass(frozen=True)
class Outcome:
    """What came of it, and what was said."""

    outcome: str
    said: str
    seconds: float


def land(home: Home) -> None:
    """Two workbooks of one commune."""
    for name in FILES:
        (home.create().landing / name).parent.mkdir(exist_ok=True)
        shutil.copyfile(CLEAN_LANDING / name, home.landing / name)


def _long_temporary(scratch: Path, _: Home) -> Mapping[str, str]:
    folder = scratch / ("x" * 90)
    folder.mkdir()
    return {"TMPDIR": str(folder)}


def _foreign_packages(scratch: Path, _: Home) -> Mapping[str, str]:
    folder = scratch / "other project"
    folder.mkdir()
    for name in ("yaml", "typer", "dbt", "numpy"):
        (folder / f"{name}.py").write_text("raise RuntimeError('of another project')\n", encoding="utf-8")
    return {"PYTHONPATH": str(folder), "PYTHONWARNINGS": "error", "PYTHONOPTIMIZE": "2"}


def _links_by_excel(_: Path, home: Home) -> None:
    line = {
        "survey_year": "2025",
        "source_file_id": "x",
        "source_row": "9",
        "household_id": "new",
        "decided_on": "5/1/2026",
    }
    cells = (";".join(line.get(name, "") for name in LINK_DECISION_COLUMNS), "")
    text = "\r\n".join((";".join(LINK_DECISION_COLUMNS), *cells))
    (home.decisions / "links.csv").write_bytes(b"\xff\xfe" + text.encode("utf-16-le"))


def _of_nobody(scratch: Path, home: Home) -> None:
    for path in (scratch, *scratch.parents[:1]):
        path.chmod(0o755)
    for path in (home.root, *home.root.rglob("*")):
        os.chown(path, _NOBODY, _NOBODY)


def _open_scratch(scratch: Path, _: Home) -> None:
    scratch.chmod(0o755)


def _close_to_others() -> None:
    os.umask(0o077)


def _small_memory() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (2**31, 2**31))


# The code may lie where only root looks, so this account reads all, and writes only what is its own.
_CAPABILITY = "+dac_read_search"
_AS_NOBODY = (
    *("setpriv", f"--reuid={_NOBODY}", f"--regid={_NOBODY}", "--clear-groups"),
    *(f"--inh-caps={_CAPABILITY}", f"--ambient-caps={_CAPABILITY}"),
)
_OTHER_PROJECT = {
    "DBT_RESOURCE_TYPES": "model",
    "DBT_TARGET": "prod",
    "DBT_EMPTY": "1",
    "DBT_PROFILES_DIR": "/nowhere",
    "DBT_EXCLUDE": "marts",
    "DAGSTER_DBT_PARSE_PROJECT_ON_LOAD": "1",
    "PIP_USER": "1",
    "UV_PROJECT_ENVIRONMENT": "/nowhere",
    "VIRTUAL_ENV": "/nowhere",
}

MACHINES = (
    Machine("home with a space, a dollar, a quote and Vietnamese letters", WORKS, home="Bến Tre $HOME l'année"),
    Machine("home with brackets, braces, a star and a comma", WORKS, home="a[b]{c}*,[bold]"),
    Machine("home with a question mark", SAYS_WHY, home="what?"),
    Machine("home with a line break", SAYS_WHY, home="a\nb"),
    Machine("home with bytes that are no UTF-8", SAYS_WHY, home=os.fsdecode(b"a\xff")),
    Machine("variables of another dbt project, pip and uv", WORKS, variables=_OTHER_PROJECT),
    Machine("packages and warnings of another project", WORKS, prepare=_foreign_packages),
    Machine("temporary folder with a long path", WORKS, prepare=_long_temporary),
    Machine("temporary folder that is not there", WORKS, variables={"TMPDIR": "/nowhere"}),
    Machine("temporary folder on another file system", WORKS, variables={"TMPDIR": "/dev/shm"}),
    Machine("no cache can be written", WORKS, variables={"XDG_CACHE_HOME": "/proc/none", "HOME": "/nowhere"}),
    Machine("two first runs at once", WORKS, at_once=2),
    Machine("links.csv saved by Excel as UTF-16 with semicolons", WORKS, prepare=_links_by_excel),
    Machine("2 GB of addresses", SAYS_WHY, before=_small_memory),
    Machine("umask 077", WORKS, before=_close_to_others),
    Machine(
        "home of another account",
        SAYS_WHY,
        arguments=("status",),
        prefix=_AS_NOBODY,
        prepare=_open_scratch,
        needs_root=True,
    ),
    Machine(
        "code of root, an account without a home folder",
        WORKS,
        prefix=(*_AS_NOBODY, "env", "HOME=/nowhere"),
        prepare=_of_nobody,
        needs_root=True,
    ),
    Machine(
        "/dev/shm cannot be written",
        SAYS_WHY,
        prefix=("unshare", "--mount", "sh", "-c", 'mount -t tmpfs -o ro none /dev/shm; exec "$@"', "sh"),
        needs_root=True,
    ),
)


def tried(machine: Machine, scratch: Path) -> Outcome:
    """Run the product on a machine."""
    home = Home(scratch / machine.home)
    with contextlib.suppress(OSError):
        land(home)
    environment = {**os.environ, **machine.variables, **(machine.prepare(scratch, home) or {})}
    environment |= {"POVERTY_HOME": str(home.root), "COLUMNS": "200", "NO_COLOR": "1"}
    command = [*machine.prefix, str(POVERTY), *machine.arguments]
    started = time.monotonic()
    running = [
        subprocess.Popen(
            command, env=environment, cwd=scratch, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            preexec_fn=machine.before,
        )
        for _ in range(machine.at_once)
    ]  # fmt: skip
    ended = [(*process.communicate(timeout=1200), process.returncode) for process in running]
    seconds = time.monotonic() - started
    said = "\n".join(errors.strip() for _, errors, _ in ended)
    if any(sign in said for sign in _SIGNS_OF_CODE):
        return Outcome(OBSCURE, said, seconds)
    if all(code == 0 for *_, code in ended):
        is_whole = "run" not in machine.arguments or _is_published(home)
        return Outcome(WORKS if is_whole else OBSCURE, said, seconds)
    last = said.splitlines()[-1] if said else ""
    is_sentence = all(errors.strip() for _, errors, code in ended if code) and len(said) <= _LONGEST_SENTENCE
    return Outcome(SAYS_WHY if is_sentence else OBSCURE, last if is_sentence else said, seconds)


def _is_published(home: Home) -> bool:
    """Whether the release has its figures and the results of all engines, and nobody's rights keep readers out."""
    if home.root.stat().st_mode & 0o050 != 0o050:
        return False
    with contextlib.chdir(home.current), duckdb.connect(DATABASE, read_only=True) as connection:
        engines = dict(connection.execute("select engine, count(*) from quality.check_result group by all").fetchall())
        ((poor,),) = connection.execute("select sum(poor_households) from marts.area_year").fetchall()
    return bool(poor) and engines.get("dbt", 0) > 90 and engines.get("great_expectations", 0) > 100


@contextlib.contextmanager
def scratch_folder() -> Iterator[Path]:
    """A folder for one machine, whose path is long enough for nothing to be short by chance."""
    folder = Path(tempfile.mkdtemp(prefix="machine-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def main() -> None:
    """Try every machine, or those whose name holds the words given, and print the figures."""
    words = " ".join(sys.argv[1:])
    outcomes = []
    for machine in [one for one in MACHINES if words in one.name]:
        if machine.needs_root and os.geteuid() != 0:
            print(f"{machine.name}: not tried, it needs root", flush=True)
            continue
        with scratch_folder() as scratch:
            outcome = tried(machine, scratch)
        outcomes.append(outcome)
        wrong = "" if outcome.outcome == machine.wanted else f" (wanted: {machine.wanted})"
        said = "" if outcome.outcome == WORKS else outcome.said[-700:]
        print(f"{machine.name}: {outcome.outcome}{wrong}, {outcome.seconds:.0f} s. {said}", flush=True)
    obscure = sum(outcome.outcome == OBSCURE for outcome in outcomes)
    print(f"machines tried {len(outcomes)}, obscure {obscure}")


if __name__ == "__main__":
    main()
