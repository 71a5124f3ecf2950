"""An altered or removed entry of the registry is noticed, also at its end, and nothing is read then."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from base.home import Home
from ingestion.ingest import ingest
from ingestion.published_heads import open_registry
from ingestion.registry import BrokenRegistryError, Registry

Lines = list[str]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home with four registered files and a release made from the first three."""
    home = Home(tmp_path / "home").create()
    registry = Registry.open(home.registry)
    registry.append({"sha256": f"{n:064d}", "status": "accepted"} for n in range(4))
    release = home.published / "releases" / "20260101T000000000000Z"
    release.mkdir(parents=True)
    description = {"id": release.name, "inputs": {"registryHead": registry.entries[2]["hash"]}}
    (release / "datapackage.json").write_text(json.dumps(description), encoding="utf-8")
    return home


def test_a_clock_that_was_set_back_decides_nothing_before_the_last(tmp_path: Path) -> None:
    registry = Registry.open(Home(tmp_path / "home").create().registry)
    late, early = "2099-01-01T00:00:00+00:00", "2026-01-01T00:00:00+00:00"
    for number, time in enumerate((late, early)):
        registry.append([{"sha256": f"{number:064d}", "status": "accepted", "decided_at": time}])
    assert [entry["decided_at"] for entry in Registry.open(registry.path).entries] == [late, late]
    assert registry.now().isoformat() > late


def test_an_untouched_registry_is_opened(home: Home) -> None:
    assert len(open_registry(home).entries) == 4


def test_what_came_after_the_release_may_be_missing_only_with_its_chain(home: Home) -> None:
    """Nothing records the fourth entry but the registry itself, so that its removal cannot be shown."""
    _write(home, _lines(home)[:3])
    assert len(open_registry(home).entries) == 3


def _altered(lines: Lines) -> Lines:
    return [lines[0], lines[1].replace("accepted", "rejected"), *lines[2:]]


def _altered_with_its_hash(lines: Lines) -> Lines:
    """The last entry of the release is written again, with a hash that fits: only the release knows better."""
    registry = Registry(Path("unused"), [json.loads(line) for line in lines[:2]])
    entry = {"sha256": "f" * 64, "status": "accepted", "sequence": 3, "previous_hash": registry.head}
    from ingestion.registry import entry_hash

    return [*lines[:2], json.dumps({**entry, "hash": entry_hash(registry.head, entry)})]


TAMPERINGS: dict[str, Callable[[Lines], Lines]] = {
    "altered": _altered,
    "altered with its hash": _altered_with_its_hash,
    "removed at the beginning": lambda lines: lines[1:],
    "removed in the middle": lambda lines: [lines[0], *lines[2:]],
    "removed at the end": lambda lines: lines[:2],
    "all removed": lambda _: [],
    "reordered": lambda lines: [lines[1], lines[0], *lines[2:]],
    "cut within a line": lambda lines: [*lines[:3], lines[3][:40]],
}


@pytest.mark.parametrize("tampering", TAMPERINGS.values(), ids=TAMPERINGS.keys())
def test_tampering_is_noticed(home: Home, tampering: Callable[[Lines], Lines]) -> None:
    _write(home, tampering(_lines(home)))
    before = home.registry.read_bytes()
    with pytest.raises(BrokenRegistryError, match=r"Restore the file from a backup"):
        open_registry(home)
    with pytest.raises(BrokenRegistryError):
        ingest(home)
    assert home.registry.read_bytes() == before


def test_a_removed_registry_is_noticed(home: Home) -> None:
    home.registry.unlink()
    with pytest.raises(BrokenRegistryError, match="the file is missing"):
        open_registry(home)


def test_releases_without_the_record_are_left_alone(home: Home) -> None:
    for path in (home.published / "releases").glob("*/datapackage.json"):
        path.write_text('{"id": "old"}', encoding="utf-8")
    home.registry.unlink()
    assert open_registry(home).entries == []


def _lines(home: Home) -> Lines:
    return home.registry.read_text(encoding="utf-8").splitlines()


def _write(home: Home, lines: Lines) -> None:
    home.registry.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
