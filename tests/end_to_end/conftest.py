"""Published warehouses for end-to-end tests: each is made once, by the same command a user types."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from base.home import Home

POVERTY = Path(sys.executable).parent / "poverty"
PACKS = Path(__file__).resolve().parent.parent / "packs"


def poverty(home: Home, *arguments: str, expect: int = 0) -> subprocess.CompletedProcess[str]:
    """Run the command line on a home and insist on its exit code."""
    done = subprocess.run(
        [str(POVERTY), *arguments],
        env={**os.environ, "POVERTY_HOME": str(home.root), "COLUMNS": "160", "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == expect, f"exit {done.returncode}, wanted {expect}\n{done.stdout}\n{done.stderr[-4000:]}"
    return done


def published(root: Path, landing: Path) -> Home:
    """A home in which a pack was landed and `poverty run` was called."""
    home = Home(root).create()
    shutil.copytree(landing, home.landing, dirs_exist_ok=True)
    poverty(home, "run")
    return home


@pytest.fixture(scope="session")
def clean_home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The small clean pack, published."""
    return published(tmp_path_factory.mktemp("clean") / "home", PACKS / "clean" / "landing")


@pytest.fixture(scope="session")
def noisy_home(tmp_path_factory: pytest.TempPathFactory, shared: Path) -> Home:
    """The shared noisy pack, published."""
    return published(tmp_path_factory.mktemp("noisy") / "home", shared / "samples" / "noisy" / "landing")


@pytest.fixture(scope="session")
def sample_home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The whole sample province, made and published by one `poverty run` in an empty home."""
    home = Home(tmp_path_factory.mktemp("sample") / "home").create()
    poverty(home, "run")
    return home
