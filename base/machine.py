"""What this machine gives the program: an environment of its own, places for caches and sockets, and enough of both.

Whatever the machine does not give is a `MachineError`: one sentence that says what is missing and what to do.
"""

import errno
import hashlib
import multiprocessing
import os
import re
import resource
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

# Variables that choose what our tools run, read or leave out. Another project's must not reach them.
_FOREIGN = re.compile(
    r"(DBT|PYTHON|PIP|UV|DAGSTER_DBT|GX|GREAT_EXPECTATIONS|CONDA)_?\w*|VIRTUAL_ENV|MPLCONFIGDIR|__PYVENV\w*"
)
# Of these names those that say how, and never what; UV_… and PIP_… are for `make setup` alone.
KEPT = frozenset({"PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED", "PYTHONPYCACHEPREFIX", "PYTHONUTF8"})
_PLAIN = re.compile(r"[\w/.-]+")
# A socket's whole path has 107 bytes, and multiprocessing adds two names to the temporary folder.
_LONGEST_TEMPORARY = 70
_LEAST_MEMORY = 2**30
THREADS_VARIABLE, MEMORY_VARIABLE = "POVERTY_THREADS", "POVERTY_MEMORY_LIMIT"
# A laptop runs other things as well: beyond this DuckDB spills to disk. Keys do not spill: a province of 43 MB of raw
# cells is built in it, and one of 141 MB was not always.
_USUAL_MEMORY = "1400MB"
_RAW_OF_USUAL = 50 * 10**6
_MEMORY_LIMIT = re.compile(r"[1-9][0-9]*(MB|GB)")
# Libraries reserve far more addresses than they use.
_LEAST_ADDRESSES = 4 * 2**30


class MachineError(RuntimeError):
    """The machine lacks something; the message says what and what to do, in one sentence."""


def own_environment() -> dict[str, str]:
    """The environment for this program and all that it starts: without the variables of other projects."""
    return {name: value for name, value in os.environ.items() if name in KEPT or not _FOREIGN.fullmatch(name)}


def use_environment(environment: Mapping[str, str]) -> None:
    """Make an environment this process's own, and so that of every process that it starts."""
    for name in set(os.environ) - set(environment):
        del os.environ[name]
    os.environ.update(environment)


def cache_folder() -> Path:
    """Where what can be made again is kept, for this account only: its cache, else the temporary folder.

    An account of a service has no home, and the code may lie where nobody may write.
    """
    for folder in _cache_places():
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            about = folder.lstat()
        except OSError:
            continue
        is_ours = about.st_uid == os.geteuid() and not folder.is_symlink()
        if is_ours and os.access(folder, os.W_OK | os.X_OK):
            return folder
    raise MachineError(
        "No folder for caches can be written: give this account a home folder, or set XDG_CACHE_HOME to a folder of "
        "its own."
    )


def _cache_places() -> Iterator[Path]:
    named = os.environ.get("XDG_CACHE_HOME", "")
    if Path(named).is_absolute():
        yield Path(named) / "poverty-warehouse"
    else:
        home = os.path.expanduser("~")  # noqa: PTH111 - Path.home() fails for an account without a home
        if Path(home).is_absolute():
            yield Path(home) / ".cache" / "poverty-warehouse"
    yield Path(tempfile.gettempdir()) / f"poverty-warehouse-{os.geteuid()}"
    yield Path("/tmp") / f"poverty-warehouse-{os.geteuid()}"


def plain_path(folder: Path) -> Path:
    """A path to a folder in which no tool reads a character as syntax: its own, else a link to it.

    dbt, Dagster and DuckDB take quotes, braces and patterns in a path for their own.
    """
    if _PLAIN.fullmatch(str(folder)):
        return folder
    name = hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
    for place in (cache_folder(), Path(tempfile.gettempdir()) / f"poverty-warehouse-{os.geteuid()}"):
        link = place / "homes" / name
        if not _PLAIN.fullmatch(str(link)):
            continue
        link.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not (link.is_symlink() and link.readlink() == folder):
            fresh = link.with_name(f".{name}-{os.getpid()}")
            fresh.unlink(missing_ok=True)
            fresh.symlink_to(folder)
            fresh.replace(link)
        return link
    raise MachineError(
        "The paths of the home, of the cache and of the temporary folder all have characters that the database reads "
        "as syntax: set TMPDIR or XDG_CACHE_HOME to a path of letters and digits."
    )


def check_path(folder: Path) -> None:
    """Refuse a home whose path cannot be written down, or in which the database cannot write. Every other path works.

    DuckDB 1.5 takes a question mark for the end of the path when it writes beside a database.
    """
    if "?" in str(folder):
        raise MachineError("The path of POVERTY_HOME has a question mark: give the folder another name.")
    if not str(folder).isprintable():
        raise MachineError(
            "The path of POVERTY_HOME has control characters or bytes that are no UTF-8: give the folder another name."
        )


def settle_temporary_folder() -> None:
    """Choose a temporary folder that can be written and in which sockets fit, for this process and all it starts."""
    try:
        folder = tempfile.gettempdir()
    except FileNotFoundError:
        folder = os.getcwd()  # noqa: PTH109 - as tempfile names its last resort
    if folder == os.getcwd() and folder != os.environ.get("TMPDIR"):  # noqa: PTH109
        raise MachineError(
            "No temporary folder can be written (TMPDIR, /tmp, /var/tmp): free space there, or set TMPDIR to a folder "
            "with room."
        )
    if len(os.fsencode(folder)) > _LONGEST_TEMPORARY:
        short = next((place for place in ("/tmp", "/var/tmp") if os.access(place, os.W_OK | os.X_OK)), None)
        if short is None:
            raise MachineError(
                f"The path of the temporary folder is longer than {_LONGEST_TEMPORARY} bytes, and sockets do not fit "
                "in it: set TMPDIR to a shorter one."
            )
        folder = short
    os.environ["TMPDIR"] = tempfile.tempdir = folder


def check_resources() -> None:
    """Refuse at once what would end in the middle: wrong settings, too little memory, no shared memory for readers."""
    threads()
    memory_limit()
    addresses, _ = resource.getrlimit(resource.RLIMIT_AS)
    if addresses != resource.RLIM_INFINITY and addresses < _LEAST_ADDRESSES:
        raise MachineError(
            f"Too little memory: this process may use {addresses // 2**20:,} MB of addresses (ulimit -v), and "
            f"{_LEAST_ADDRESSES // 2**20:,} are needed; raise the limit."
        )
    memory = _memory()
    if memory is not None and memory < _LEAST_MEMORY:
        raise MachineError(
            f"Too little memory: this machine or container gives {memory // 2**20:,} MB, and "
            f"{_LEAST_MEMORY // 2**20:,} are needed; give it more memory or swap space."
        )
    try:
        multiprocessing.get_context("forkserver").Lock()
    except OSError:
        raise MachineError(
            "Reader processes cannot share memory, because /dev/shm is full or cannot be written: free it, or mount it "
            "writable for this account."
        ) from None


def threads() -> int:
    """How many things are done at once: POVERTY_THREADS, else one for each core. Raises MachineError."""
    return whole_number(THREADS_VARIABLE, os.cpu_count() or 1, largest=999, example=2)


def whole_number(variable: str, usual: int, *, largest: int = 9999, example: int | None = None) -> int:
    """The number that a variable gives, from 1 on, else the usual one. Raises MachineError."""
    given = os.environ.get(variable)
    if not given:
        return usual
    if not re.fullmatch("[1-9][0-9]*", given) or int(given) > largest:
        raise MachineError(f"{variable} must be a whole number from 1 to {largest}, such as {example or usual}.")
    return int(given)


def memory_limit(raw_bytes: int = 0) -> str:
    """What the tables of a build may take of memory: POVERTY_MEMORY_LIMIT, else 1400MB for each 50 MB of raw cells.

    By itself it is never less than 1400MB and else at most half of this machine's memory. Raises MachineError.
    """
    given = os.environ.get(MEMORY_VARIABLE)
    if not given:
        usual = int(_USUAL_MEMORY.removesuffix("MB"))
        half = (_memory() or 0) // 2 // 10**6
        return f"{max(usual, min(usual * raw_bytes // _RAW_OF_USUAL, half))}MB"
    if not _MEMORY_LIMIT.fullmatch(given):
        raise MachineError(f"{MEMORY_VARIABLE} must be a whole number of MB or GB, such as {_USUAL_MEMORY}.")
    return given


def says_too_little_memory(text: str | None) -> bool:
    """Whether DuckDB's words say that the memory limit was too low."""
    return text is not None and "out of memory error" in text.lower()


def _memory() -> int | None:
    """Bytes of memory and swap space, or what a container may use of it; None where nobody says."""
    limits = []
    for path in ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"):
        try:
            limits.append(int(Path(path).read_text(encoding="ascii")))
        except (OSError, ValueError):
            continue
    try:
        lines = dict(line.split(":") for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines())
        limits.append(sum(int(lines[name].split()[0]) * 1024 for name in ("MemTotal", "SwapTotal")))
    except (OSError, ValueError, KeyError):
        pass
    return min(limits, default=None)


def sentence_for(error: BaseException, home: Path) -> str | None:
    """What to say of an error that the machine made, in one sentence; None for every other error.

    A path below landing is not named: it may name a person.
    """
    if isinstance(error, MachineError):
        return str(error)
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryException":
        return "Too little memory: end other programs, or give this machine more memory or swap space, and run again."
    if not isinstance(error, OSError) or error.errno not in (errno.EACCES, errno.EPERM, errno.EROFS):
        return None
    where = _place(error.filename, home)
    if error.errno == errno.EROFS:
        return f"{where} is on a file system that cannot be written: mount it writable, or set another POVERTY_HOME."
    return (
        f"{where} may not be opened or changed by this account (uid {os.geteuid()}{_owner(error.filename)}): run as "
        "the account that owns the home, or set another POVERTY_HOME; readers need only published/current."
    )


def _place(name: object, home: Path) -> str:
    if not isinstance(name, str):
        return "A file or folder"
    path = Path(name)
    return "A place in landing" if home / "landing" in path.parents else str(path)


def _owner(name: object) -> str:
    """Whose the nearest folder is that can be seen."""
    if not isinstance(name, str):
        return ""
    for path in (Path(name), *Path(name).parents):
        try:
            return f", it belongs to uid {path.stat().st_uid}"
        except OSError:
            continue
    return ""
