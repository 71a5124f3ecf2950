"""The parsed dbt project and how dbt is run on it; without Dagster, whose import takes seconds."""

import hashlib
import os
import re
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

from filelock import FileLock

from base.full_disk import size_of
from base.generate import generate
from base.home import HOME_VARIABLE, Home
from base.machine import (
    THREADS_VARIABLE,
    cache_folder,
    memory_limit,
    own_environment,
    plain_path,
    threads,
)
from base.product import DBT, BrokenProjectError
from base.reference import reference_folder

# The executable of this environment, whatever is on PATH.
DBT_EXECUTABLE = str(Path(sys.executable).parent / "dbt")
# Stands for the home in the parsed project, which all homes share.
ANY_HOME = "/any-poverty-home"
# Not the name that dbt gives it: a dbt started by hand for one home must not change what all homes are built by.
PARSED_FILE = "parsed_project.msgpack"
# Where the project looks for what is generated, from its own folder.
GENERATED_VARIABLE = "POVERTY_GENERATED"
# For dbt alone; POVERTY_MEMORY_LIMIT is what a user sets.
DBT_MEMORY = "DBT_MEMORY_LIMIT"
_WRITTEN_BY_DBT = ("target", "logs")


def parsed_folder() -> Path:
    """What dbt writes when it parses: in the user's cache, for the project may lie in a folder that nobody may change.

    Every installation and reference has its own, with the manifest of the project as it was parsed last.
    """
    return cache_folder() / hashlib.sha256(f"{DBT} {reference_folder()}".encode()).hexdigest()[:16]


def run_parsed() -> list[str]:
    """The arguments of Python that run dbt on the project as it was parsed for any home; those of dbt follow.

    Reading the project again would cost more than the tables of a small province.
    """
    return ["-P", str(Path(__file__).with_name("run_dbt.py")), *parsed_arguments()]


def parsed_arguments() -> list[str]:
    """What `run_dbt` needs before the arguments of dbt: the parsed project, and what stands in it for the home."""
    return [str(parsed_folder() / PARSED_FILE), ANY_HOME, HOME_VARIABLE]


def generated_folder() -> Path:
    """What dbt must know of the reference. The folder of the code needs no writing after it was set up."""
    return parsed_folder() / "generated"


def _target_folder() -> Path:
    """Where dbt writes unless another place is given."""
    return parsed_folder() / "target"


def build_memory(home: Home) -> str:
    """What the tables of a home's build may take of memory, by the raw cells that it has now."""
    return memory_limit(size_of([home.raw]))


def dbt_environment(home: Home) -> dict[str, str]:
    """The environment of dbt and of Dagster: our own variables, those that the project reads, and where dbt writes."""
    return {
        **own_environment(),
        HOME_VARIABLE: str(plain_path(home.root)),
        THREADS_VARIABLE: str(threads()),
        DBT_MEMORY: build_memory(home),
        "MPLCONFIGDIR": str(cache_folder() / "matplotlib"),
        GENERATED_VARIABLE: os.path.relpath(generated_folder(), DBT),
        "DBT_TARGET_PATH": str(_target_folder()),
        "DBT_LOG_PATH": str(parsed_folder() / "logs"),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    }


def ensure_manifest() -> Path:
    """The project's manifest, for any home; parsed again only when a file of the project or dbt changed.

    Parsing takes seconds.
    """
    folder = parsed_folder()
    folder.mkdir(parents=True, exist_ok=True)
    manifest, parsed = folder / "manifest.json", folder / "parsed.sha256"
    with FileLock(folder / "manifest.lock"):  # two commands at once would write one file
        generate(generated_folder())
        state = _state()
        has_all = manifest.exists() and (folder / PARSED_FILE).exists() and parsed.exists()
        if not (has_all and parsed.read_text() == state):
            parsed.unlink(missing_ok=True)
            _parse()
            (_target_folder() / "partial_parse.msgpack").replace(folder / PARSED_FILE)
            (_target_folder() / manifest.name).replace(manifest)
            parsed.write_text(state)
    return manifest


def _state() -> str:
    digest = hashlib.sha256(f"{version('dbt-core')} {ANY_HOME}".encode())
    for folder in (DBT, generated_folder()):
        for path in sorted(folder.rglob("*")):
            name = path.relative_to(folder)
            if path.is_file() and name.parts[0] not in _WRITTEN_BY_DBT:
                digest.update(name.as_posix().encode() + path.read_bytes())
    return digest.hexdigest()


def _whole_project() -> Path:
    """The project with what is generated in its place: dbt writes compiled tests where their YAML lies below it.

    From a folder beside the project they went out of the target folder, to places of the machine.
    """
    folder = parsed_folder() / "project"
    folder.mkdir(exist_ok=True)
    parts = {path.name: path for path in DBT.iterdir() if path.name not in _WRITTEN_BY_DBT}
    for name, path in {**parts, generated_folder().name: generated_folder()}.items():
        (folder / name).unlink(missing_ok=True)
        (folder / name).symlink_to(path)
    return folder


def _parse() -> None:
    project = _whole_project()
    parsed = subprocess.run(
        # A partial parse loses the severity and asset of a singular test when a file beside it changes.
        [
            DBT_EXECUTABLE,
            "--quiet",
            "parse",
            "--no-partial-parse",
            "--project-dir",
            str(project),
            "--profiles-dir",
            str(project),
        ],
        env=dbt_environment(Home.from_environment()) | {HOME_VARIABLE: ANY_HOME, GENERATED_VARIABLE: "generated"},
        capture_output=True,
        text=True,
        check=False,
    )
    if parsed.returncode != 0:
        # dbt says it in several lines, each after the time.
        said = " ".join(re.sub(r"^\d\d:\d\d:\d\d\s+", "", line).strip() for line in parsed.stdout.splitlines())
        raise BrokenProjectError(
            f"The dbt project does not parse. {said.removeprefix('Encountered an error: ').strip()}"
        )
