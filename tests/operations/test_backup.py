"""Backup and restore: everything that cannot be made again, in one file that only the passphrase opens."""

import multiprocessing
import os
import shutil
import stat
import tarfile
import threading
import time
from pathlib import Path
from typing import BinaryIO, cast

import pytest
from filelock import FileLock

from audit.release_difference import compare_releases
from base.home import Home
from base.leftovers import sweep
from base.release_layout import releases
from ingestion.ingest import ingest
from ingestion.published_heads import open_registry
from operations import encrypted_file
from operations.backup import RefusedBackupError, back_up
from operations.encrypted_file import BrokenBackupError, DecryptingReader
from operations.restore import NotEmptyError, restore
from tests.support.homes import CLEAN_LANDING, SENT, copy_of, poverty
from tests.support.publish_tables import publish_tables

PASSPHRASE = "một câu mật khẩu dài"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home that has read one file, with a decision and two releases of a few bytes."""
    home = Home(tmp_path_factory.mktemp("made") / "home").create()
    shutil.copyfile(CLEAN_LANDING / SENT, home.landing / "a.xlsx")
    ingest(home, workers=1)
    (home.decisions / "waivers.csv").write_text("check_code\n")
    for name in ("20260101T000000000000Z", "20260102T000000000000Z"):
        folder = home.published / "releases" / name
        folder.mkdir(parents=True)
        (folder / "poverty.duckdb").write_bytes(name.encode())
    home.current.symlink_to(f"releases/{name}")
    return home


@pytest.fixture
def home(made: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A copy of it, and passphrases that cost nothing; the commands use the real cost."""
    monkeypatch.setattr(encrypted_file, "_COST", 2)
    return copy_of(made, tmp_path / "home")


def kept(home: Home) -> dict[str, bytes]:
    """What a backup must bring back."""
    return {
        path.relative_to(home.root).as_posix(): path.read_bytes()
        for part in ("archive", "decisions", "secrets", "published/releases")
        for path in (home.root / part).rglob("*")
        if path.is_file() and path.suffix != ".lock"
    }


def members(path: Path) -> list[str]:
    with (
        path.open("rb") as file,
        tarfile.open(mode="r|", fileobj=cast("BinaryIO", DecryptingReader(file, PASSPHRASE))) as tar,
    ):
        return [member.name for member in tar]


def test_all_comes_back_for_the_owner_alone(home: Home, tmp_path: Path) -> None:
    done = back_up(home, tmp_path, PASSPHRASE, "all")
    assert stat.S_IMODE(done.path.stat().st_mode) == 0o600
    assert done.lost == 0
    other = Home(tmp_path / "other")
    restored = restore(other, done.path, PASSPHRASE)
    assert kept(other) == kept(home)
    assert restored.files == done.files == len(kept(home))
    assert other.current.resolve().name == home.current.resolve().name
    assert open_registry(other).head == open_registry(home).head
    rights = {stat.S_IMODE(path.stat().st_mode) for part in other.private for path in part.rglob("*") if path.is_file()}
    assert rights <= {0o400, 0o600}
    assert {stat.S_IMODE(path.stat().st_mode) for path in other.current.iterdir()} == {0o440}
    assert not list(other.root.rglob(".restoring*"))


@pytest.mark.parametrize(("choice", "number"), [("none", 0), ("current", 1), ("all", 2)])
def test_releases_are_taken_by_choice_and_before_the_registry(
    home: Home, tmp_path: Path, choice: str, number: int
) -> None:
    done = back_up(home, tmp_path / "b", PASSPHRASE, choice)  # type: ignore[arg-type]
    assert len(done.releases) == number
    names = members(done.path)
    assert [name.startswith("published/") for name in names[1:]] == sorted(
        (name.startswith("published/") for name in names[1:]), reverse=True
    )
    other = Home(tmp_path / "other")
    restore(other, done.path, PASSPHRASE)
    assert [release.name for release in releases(other)] == done.releases
    assert other.current.exists() == bool(number)


def test_a_backup_waits_for_who_changes_the_home(home: Home, tmp_path: Path) -> None:
    for lock in (home.build_lock, home.registry_lock):
        target = tmp_path / f"{lock.name}.backup"
        with FileLock(lock):
            thread = threading.Thread(target=back_up, args=(home, target, PASSPHRASE))
            thread.start()
            time.sleep(0.3)
            assert not target.exists()
        thread.join()
        assert target.exists()


def test_a_file_that_the_archive_lost_is_counted(home: Home, tmp_path: Path) -> None:
    (path,) = home.archive.rglob("*.xlsx")
    path.chmod(0o600)
    path.write_bytes(b"rotten")
    assert back_up(home, tmp_path / "rotten", PASSPHRASE).lost == 1
    path.unlink()
    assert back_up(home, tmp_path / "gone", PASSPHRASE).lost == 1


def test_a_backup_replaces_nothing_and_lies_outside(home: Home, tmp_path: Path) -> None:
    (tmp_path / "there").touch()
    for target, why in (
        (tmp_path / "there", "already"),
        (home.published, "lost with it"),
        (tmp_path / "no" / "b", "not there"),
    ):
        with pytest.raises(RefusedBackupError, match=why):
            back_up(home, target, PASSPHRASE)


def test_a_backup_that_breaks_off_leaves_nothing(home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("operations.backup.open_registry", full)
    before = set(tmp_path.iterdir())
    with pytest.raises(OSError, match="No space"):
        back_up(home, tmp_path, PASSPHRASE)
    assert set(tmp_path.iterdir()) == before


@pytest.mark.parametrize("by", ["the next backup", "any command"])
def test_what_a_killed_backup_left_is_swept(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, by: str
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr("operations.backup.open_registry", lambda _: os._exit(9))
        killed = multiprocessing.get_context("fork").Process(target=back_up, args=(home, tmp_path / "b", PASSPHRASE))
        killed.start()
        killed.join()
    assert killed.exitcode == 9
    assert [path.name for path in tmp_path.glob("b*")] == [f"b.{killed.pid}.partial"]
    if by == "any command":
        with FileLock(home.backup_lock):
            sweep(home)
        assert list(tmp_path.glob("b.*.partial")) != []
        sweep(home)
    else:
        back_up(home, tmp_path / "c", PASSPHRASE)
    assert list(tmp_path.glob("*.partial")) == []
    assert not home.backup_note.exists()


def test_a_broken_backup_leaves_the_home_empty(home: Home, tmp_path: Path) -> None:
    path = back_up(home, tmp_path / "b", PASSPHRASE).path
    content = path.read_bytes()
    other = Home(tmp_path / "other")
    for broken in (content[:-20], content[:-20] + b"x" + content[-19:]):
        path.write_bytes(broken)
        with pytest.raises(BrokenBackupError):
            restore(other, path, PASSPHRASE)
        assert [file for file in other.root.rglob("*") if file.is_file() and file.suffix != ".lock"] == []
    path.write_bytes(content)
    restore(other, path, PASSPHRASE)


def test_only_an_empty_home_is_restored_into(home: Home, tmp_path: Path) -> None:
    path = back_up(home, tmp_path / "b", PASSPHRASE).path
    before = kept(home)
    with pytest.raises(NotEmptyError, match="not empty"):
        restore(home, path, PASSPHRASE)
    assert kept(home) == before
    strange = Home(tmp_path / "strange")
    strange.root.mkdir()
    (strange.root / "letter.txt").touch()
    with pytest.raises(NotEmptyError):
        restore(strange, path, PASSPHRASE)
    assert [entry.name for entry in strange.root.iterdir()] == ["letter.txt"]


@pytest.mark.long
def test_a_restored_home_gives_the_same_ids_and_figures(
    micro_home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = copy_of(micro_home, tmp_path / "home", with_build=False)
    monkeypatch.setenv("POVERTY_BACKUP_PASSPHRASE", PASSPHRASE)
    said = poverty(home, "backup", str(tmp_path / "b"), "--releases", "all").stdout
    assert "Trần" not in said
    monkeypatch.setenv("POVERTY_BACKUP_PASSPHRASE", "một câu khác hẳn")
    other = Home(tmp_path / "other")
    refused = poverty(other, "restore", str(tmp_path / "b"), expect=1)
    assert refused.stderr.count("\n") == 1
    assert "The passphrase is another one" in refused.stderr
    monkeypatch.setenv("POVERTY_BACKUP_PASSPHRASE", PASSPHRASE)
    assert "Restored into" in poverty(other, "restore", str(tmp_path / "b")).stdout
    shutil.copytree(home.landing, other.landing, symlinks=True, dirs_exist_ok=True)
    publish_tables(other)
    assert len(releases(other)) == len(releases(home)) + 1
    difference = compare_releases(home.current.resolve(), other.current.resolve())
    assert [change for change in difference.tables if change.table != "quality.check_result"] == []
    assert (difference.files, difference.figures) == ((), ())
