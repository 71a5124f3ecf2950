"""Who may read a home: its owner and group, others only what a setting or the operator opens."""

import os
import stat
from pathlib import Path

import pytest

from base.home import Home
from publication.release import make_readable


def rights(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture(params=[0o000, 0o022, 0o077], ids=oct)
def caller(request: pytest.FixtureRequest) -> int:
    """A umask that the caller may have."""
    os.umask(request.param)
    return int(request.param)


@pytest.fixture(autouse=True)
def umask_as_before() -> object:
    before = os.umask(0o022)
    os.umask(before)
    yield
    os.umask(before)


def release_of(home: Home) -> Path:
    release = home.published / "releases" / "one"
    (release / "reports").mkdir(parents=True)
    (release / "reports" / "index.html").touch()
    make_readable(release)
    return release


@pytest.mark.usefixtures("caller")
def test_a_home_is_for_owner_and_group(tmp_path: Path) -> None:
    home = Home(tmp_path / "home").create()
    assert (rights(home.root), rights(home.published)) == (0o750, 0o750)
    assert {rights(folder) for folder in (*home.private, home.landing)} == {0o700}
    release = release_of(home)
    assert (rights(release / "reports"), rights(release / "reports" / "index.html")) == (0o750, 0o440)


@pytest.mark.usefixtures("caller")
def test_a_setting_opens_releases_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POVERTY_OPEN_RELEASES", "1")
    home = Home(tmp_path / "home").create()
    assert (rights(home.root), rights(home.published)) == (0o751, 0o755)
    assert {rights(folder) for folder in (*home.private, home.landing)} == {0o700}
    release = release_of(home)
    assert (rights(release / "reports"), rights(release / "reports" / "index.html")) == (0o755, 0o444)


def test_an_open_home_is_closed_but_the_way_to_landing_stays(tmp_path: Path) -> None:
    for name, landing, root in (("closed", 0o700, 0o750), ("delivered", 0o757, 0o751)):
        home = Home(tmp_path / name)
        home.landing.mkdir(parents=True)
        home.landing.chmod(landing)
        home.root.chmod(0o755)
        home.create()
        assert (rights(home.root), rights(home.landing)) == (root, landing)
