"""Files of ours: written whole, refused in one sentence when broken, never fixed in silence."""

import errno
import os
from pathlib import Path

import pytest
from filelock import FileLock

from base import full_disk, locks
from base.home import Home
from base.leftovers import sweep
from base.whole_file import BrokenFileError, write_whole
from ingestion.decisions import LINK_DECISION_COLUMNS, check_decision_files
from ingestion.ingest import FullDiskError, ingest
from ingestion.pseudonym_key import ensure_key, key_file
from ingestion.published_heads import check_key, head_mark
from ingestion.registry import Registry
from tests.support.homes import CLEAN_LANDING


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home").create()


@pytest.mark.parametrize("content", ["", "inner_pad_hex,outer_pad_hex\n", "inner_pad_hex,outer_pad_hex\n3636,5c5c\n"])
def test_a_damaged_key_is_refused_in_one_sentence(home: Home, content: str) -> None:
    ensure_key(home)
    key_file(home).write_text(content)
    with pytest.raises(BrokenFileError, match=r"pseudonym_key\.csv is (empty|damaged)\. It is the secret key.*backup"):
        ensure_key(home)


def test_a_key_that_cannot_be_read_is_refused(home: Home) -> None:
    key_file(home).mkdir()
    with pytest.raises(BrokenFileError, match="cannot be read"):
        ensure_key(home)


def test_a_lost_key_and_one_of_another_home_are_refused(home: Home, tmp_path: Path) -> None:
    release = home.published / "releases" / "one"
    release.mkdir(parents=True)
    head = head_mark(home, "0" * 64)
    (release / "datapackage.json").write_text(f'{{"id": "one", "inputs": {{"registryHead": "{head}"}}}}')
    home.current.symlink_to("releases/one")
    check_key(home)
    own = key_file(home).read_bytes()
    key_file(home).unlink()
    with pytest.raises(BrokenFileError, match="is missing"):
        check_key(home)
    key_file(home).write_bytes(ensure_key(Home(tmp_path / "other").create()).read_bytes())
    with pytest.raises(BrokenFileError, match="not the key that the current release"):
        check_key(home)
    key_file(home).write_bytes(own)
    check_key(home)


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("waivers.csv", b"", "is empty"),
        ("corrections.csv", b"\0" * 40, "no text"),
        ("links.csv", b"", "is empty"),
        ("links.csv", ",".join(LINK_DECISION_COLUMNS[:4]).encode(), "does not name in its first line"),
    ],
)
def test_a_damaged_decision_file_is_refused_in_one_sentence(home: Home, name: str, content: bytes, why: str) -> None:
    (home.decisions / name).write_bytes(content)
    with pytest.raises(BrokenFileError, match=rf"{name} .*{why}.*restore it"):
        check_decision_files(home)


def test_a_file_is_written_whole_or_not_at_all(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    path = home.secrets / "file"
    write_whole(path, "first")

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_whole(path, "second")
    assert path.read_text() == "first"
    sweep(home)
    assert list(home.secrets.iterdir()) == [path]


def test_a_registry_entry_is_there_whole_or_not_at_all(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    registry = Registry(home.registry)
    registry.append([{"place": "a"}])
    monkeypatch.setattr(os, "fsync", lambda _: (_ for _ in ()).throw(OSError(errno.ENOSPC, "full")))
    with pytest.raises(OSError, match="full"):
        registry.append([{"place": "b"}])
    assert [entry["place"] for entry in Registry.open(home.registry).entries] == ["a"]


def test_a_full_disk_rejects_no_file(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    source = next(CLEAN_LANDING.rglob("*.xlsx"))
    (home.landing / "one.xlsx").write_bytes(source.read_bytes())
    monkeypatch.setattr("ingestion.ingest.read_all", _full)
    with pytest.raises(FullDiskError, match="No room on the disk"):
        ingest(home)
    assert Registry.open(home.registry).entries == []


def _full(home: Home, *_: object, **__: object) -> None:
    from ingestion.ingest import _refuse_full_disk

    _refuse_full_disk(home, OSError(errno.ENOSPC, "No space left on device"))


def test_a_build_without_room_does_not_begin(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(full_disk, "needed_bytes", lambda _: 2**60)
    with pytest.raises(FullDiskError, match=r"MB free, a run needs about .* MB"):
        full_disk.check_space(home)


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, "x"),
        OSError(errno.EDQUOT, "x"),
        RuntimeError("(sqlite3.OperationalError) database or disk is full"),
        RuntimeError('IO Error: Could not write file "x": No space left on device'),
    ],
)
def test_every_library_says_a_full_disk_in_its_own_way(error: Exception) -> None:
    outer = ValueError("outer")
    outer.__cause__ = error
    assert full_disk.is_full(outer)
    assert not full_disk.is_full(ValueError("outer"))


def test_a_long_wait_says_for_what(
    home: Home, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(locks, "SILENT_SECONDS", 0.1)
    monkeypatch.setattr(locks, "say_waiting", lambda what: (print(what), other.release()))
    other = FileLock(home.build_lock)
    other.acquire()
    with locks.held(home.build_lock, "builds or publishes"):
        pass
    assert "another process builds or publishes" in capfd.readouterr().out


def test_leftovers_of_a_killed_run_are_swept(home: Home) -> None:
    left = [home.raw / "household" / "x.parquet.1.partial", home.archive / "ab" / "x.xlsx.1.partial"]
    for path in left:
        path.parent.mkdir()
        path.touch()
    (home.published / "releases" / ".building-1").mkdir(parents=True)
    (home.published / ".current-1").symlink_to("releases/gone")
    sweep(home)
    assert not [path for path in left if path.exists()]
    assert not list(home.published.rglob(".*"))
