"""What all tests share: the folder of sample packs, published homes, and the order and tier of tests."""

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
import xdist
from hypothesis import HealthCheck, settings
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

from base.build_date import BUILD_DATE_VARIABLE, today
from base.home import Home
from base.machine import THREADS_VARIABLE
from base.release_layout import DATABASE
from tests.support import processes, split, two_releases
from tests.support.homes import CLEAN_LANDING, REPOSITORY, run_once, shared_home, shared_micro_home
from tests.support.level_change import land_level_change, publish_level_change
from tests.support.publish_tables import publish_tables

SHARED = REPOSITORY.parent / "shared"
_HELD: list[duckdb.DuckDBPyConnection] = []
# A test that asks for one of these homes, or for the simulated province, is not of the fast tier.
_BUILD_FIXTURES = {
    "clean_home",
    "noisy_home",
    "vinh_long_home",
    "level_change_home",
    "split_homes",
    "sample_home",
    "micro_home",
    "two_releases_home",
    "province",
}

# Minutes each, in the order in which two workers begin them: one that is left would keep a single worker busy at the
# end, and two beside each other that need the same home would wait for one build.
_FIRST = (
    "test_finding_life",
    "test_canaries",
    "test_withdrawal",
    "test_adding_by_rows",
    "test_kept_rows",
    "test_audit_report",
    "test_whole_build",
    "test_decisions",
    "test_release",
    "test_sample_files",
)

os.environ.setdefault("DO_NOT_TRACK", "1")
# The terminal of every command, whose texts tests compare.
os.environ |= {"COLUMNS": "160", "NO_COLOR": "1"}
# Two workers keep two cores busy; two threads of each would only wait for one another.
os.environ.setdefault(THREADS_VARIABLE, "1")
# One day for all workers and commands: a home that is shared must not be another one after midnight.
os.environ.setdefault(BUILD_DATE_VARIABLE, today().isoformat())


# Examples of each property, others in every run: some whenever tests run, many in `make test-long`.
settings.register_profile("some", max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("many", settings.get_profile("some"), max_examples=200)


def pytest_configure(config: pytest.Config) -> None:
    """Choose the number of examples before the tests are imported."""
    settings.load_profile("some" if "not long" in config.option.markexpr else "many")


@pytest.fixture(scope="session")
def shared() -> Path:
    """The shared folder with the sample packs and their judge; tests that need it skip where it is absent."""
    if not (SHARED / "samples").exists():
        pytest.skip("the shared sample packs are not here")
    return SHARED


@pytest.fixture(scope="session")
def clean_home() -> Home:
    """The small clean pack, published with reports and without checks. Only read it."""
    return _open(
        shared_home(
            "clean", lambda home: _land(home, CLEAN_LANDING), lambda home: publish_tables(home, with_reports=True)
        )
    )


@pytest.fixture(scope="session")
def micro_home() -> Home:
    """The untidy micro pack, published. Only read it."""
    return _open(shared_micro_home())


@pytest.fixture(scope="session")
def two_releases_home() -> Home:
    """Two years of the clean pack with faults, published, and published again without some of them. Only read it."""
    return shared_home("two_releases", two_releases.land, two_releases.build)


@pytest.fixture(scope="session")
def noisy_home(shared: Path) -> Home:
    """The shared noisy pack, published with reports and without checks. Only read it."""
    return _open(
        shared_home(
            "noisy",
            lambda home: _land(home, shared / "samples" / "noisy" / "landing"),
            lambda home: publish_tables(home, with_reports=True),
        )
    )


@pytest.fixture(scope="session")
def vinh_long_home(shared: Path) -> Home:
    """The tables of the shared pack of the second territory, published. Only read it."""
    return _open(
        shared_home(
            "vinh_long",
            lambda home: _land(home, shared / "samples" / "vinh-long" / "landing"),
            lambda home: publish_tables(home, territory="vinh-long"),
        )
    )


@pytest.fixture(scope="session")
def level_change_home() -> Home:
    """The tables of a small territory of its own, 2025 and 2026. Only read it."""
    return shared_home("level_change", land_level_change, publish_level_change)


@pytest.fixture(scope="session")
def split_homes(shared: Path) -> list[Home]:
    """The shared pack of Vĩnh Long as two territories, Bến Tre and the rest. Only read them."""
    landing = shared / "samples" / "vinh-long" / "landing"
    return [
        shared_home(f"split_{name}", lambda home, name=name: split.land(home, landing, name), split.publish)  # type: ignore[misc]
        for name in split.PARTS
    ]


@pytest.fixture(scope="session")
def sample_home() -> Home:
    """The whole sample province, made and published by one `poverty run` in an empty home. Only read it."""
    return shared_home("sample", Home.create, run_once)


def _open(home: Home) -> Home:
    """The home, its release held open: what is open in a process is opened again in no time, which tests do often."""
    _HELD.append(duckdb.connect(str(home.current / DATABASE), read_only=True))
    return home


def _land(home: Home, folder: Path) -> None:
    shutil.copytree(folder, home.landing, dirs_exist_ok=True)


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """Fork the workers from the process that tests of builds fork from, unless lines are counted: from the first on."""
    options = session.config.option
    if xdist.is_xdist_controller(session) and not options.cov_source and "not build" not in options.markexpr:
        options.tx = [f"popen//python={shlex.join(processes.to_fork('python'))}"] * len(options.tx)
        # The project is parsed meanwhile, for the first home: one core has nothing to do until the other has imported.
        parse = "from dagster_project.parsed_project import ensure_manifest; ensure_manifest()"
        subprocess.Popen([sys.executable, "-c", parse], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Start the process that tests of builds fork from, where it is not there."""
    if any(item.get_closest_marker("build") for item in session.items):
        processes.start()


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadFileScheduling:
    """A module stays with one worker, and so do all that need the simulated province, which takes long to make."""
    return _BySharedFixture(config, log)


class _BySharedFixture(LoadFileScheduling):
    def _split_scope(self, nodeid: str) -> str:
        return "tests/sample" if nodeid.startswith("tests/sample/") else super()._split_scope(nodeid)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-snapshots", action="store_true", help="write what is there now as the reviewed state")


def _has_shared_home(item: pytest.Item) -> bool:
    return bool(_BUILD_FIXTURES & set(getattr(item, "fixturenames", ())))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark tests of shared homes as builds, and put modules that build homes of their own first: they take longest."""
    begins: dict[Path, int] = {}
    for item in items:
        is_build = item.get_closest_marker("build") is not None
        if _has_shared_home(item):
            item.add_marker("build")
        tier = 0 if is_build else 1 if _has_shared_home(item) else 2
        begins[item.path] = min(begins.get(item.path, 2), tier)
    place = {name: number for number, name in enumerate(_FIRST)}
    items.sort(key=lambda item: (place.get(item.path.stem, len(place)), begins[item.path]))
