"""Rolling back to a kept release, and back again."""

from pathlib import Path

import pytest

from base.home import Home
from base.release_layout import DESCRIPTION, releases
from operations.rollback import newer_release
from publication.finding_ledger import ledger_release, sync_from_current_release
from tests.support.homes import copy_of, poverty

pytestmark = pytest.mark.build


@pytest.fixture(scope="module")
def home(two_releases_home: Home, tmp_path_factory: pytest.TempPathFactory) -> Home:
    return copy_of(two_releases_home, tmp_path_factory.mktemp("rollback") / "home", with_build=False)


def test_one_command_rolls_back_and_one_takes_it_back(home: Home) -> None:
    old, new = (release.name for release in releases(home))
    said = poverty(home, "rollback", "previous").stdout
    assert f"Current is {old} now" in said
    assert f"`poverty rollback {new}` takes this back" in said
    assert home.current.readlink() == Path("releases") / old
    assert newer_release(home) == new
    assert f"is not the newest, which is {new}" in poverty(home, "status").stdout
    sync_from_current_release(home)
    assert ledger_release(home) == new  # findings keep the life that the newest release knows
    poverty(home, "rollback", new)
    assert home.current.resolve().name == new
    assert newer_release(home) is None
    assert "current already" in poverty(home, "rollback", "current").stdout


def test_a_release_that_is_unknown_or_was_changed_is_refused(home: Home) -> None:
    current = home.current.resolve()
    assert "There is no release" in poverty(home, "rollback", "20200101T000000000000Z", expect=2).stderr
    old = releases(home)[0]
    description = old / DESCRIPTION
    description.chmod(0o600)
    description.write_bytes(description.read_bytes() + b"\n")
    said = poverty(home, "rollback", old.name, expect=1).stderr
    assert "is not what was published" in said
    assert "Nothing changed" in said
    assert home.current.resolve() == current
