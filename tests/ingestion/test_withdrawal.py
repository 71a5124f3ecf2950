"""Which file counts after a correction without a new number, a withdrawal and an erasure; by registry and raw alone."""

import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from base.forms import load_forms
from base.home import Home
from ingestion.archive import archive_path
from ingestion.closures import in_force
from ingestion.ingest import ingest
from ingestion.published_heads import head_mark, open_registry
from ingestion.registry import BrokenRegistryError, Registry
from ingestion.settled import has_same_number, open_rejections
from ingestion.withdrawal import WrongDecisionError, erase, find_file, withdraw
from tests.support.workbooks import household, workbook_bytes

FORM = load_forms()["F2022"]
WHY = ("gửi nhầm", "Phòng Lao động")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home").create()


def land(home: Home, name: str, number: int, **cover: Any) -> None:
    values = {"submission_number": number, **cover}
    households = [household(FORM, head_name=f"Nguyễn Thị Canary {name}")]
    content = workbook_bytes(FORM, cover_values=values, households=households)
    (home.landing / name).write_bytes(content)
    ingest(home, workers=1)


def counting(home: Home) -> list[str | None]:
    entries = Registry.open(home.registry).current().values()
    return [entry["landing_path"] for entry in in_force(entries).values()]


def waiting(home: Home) -> list[str | None]:
    return [entry["landing_path"] for entry in open_rejections(Registry.open(home.registry))]


def test_a_correction_with_a_number_in_use_waits_for_a_higher_one(home: Home) -> None:
    land(home, "first.xlsx", 1)
    land(home, "damaged.xlsx", 1, maturity=None)
    land(home, "same.xlsx", 1)
    assert waiting(home) == ["same.xlsx", "damaged.xlsx"]
    assert has_same_number(open_rejections(Registry.open(home.registry))[0])
    land(home, "same-again.xlsx", 1)
    assert waiting(home) == ["same.xlsx", "same-again.xlsx", "damaged.xlsx"]
    land(home, "other-year.xlsx", 2, survey_year=2023, cutoff_date="14/12/2023")
    assert len(waiting(home)) == 3
    land(home, "higher.xlsx", 2)
    assert waiting(home) == []


def test_after_a_withdrawal_the_submission_before_it_counts_and_the_number_is_free(home: Home) -> None:
    land(home, "first.xlsx", 1)
    land(home, "mistake.xlsx", 2)
    land(home, "right.xlsx", 2)
    entry, _ = withdraw(home, "mistake.xlsx", *WHY)
    assert entry["landing_path"] == "mistake.xlsx"
    assert counting(home) == ["first.xlsx"]
    rows = {row["landing_path"]: row["status"] for row in pq.read_table(home.raw / "source_file.parquet").to_pylist()}
    assert rows == {"first.xlsx": "accepted", "mistake.xlsx": "withdrawn", "right.xlsx": "rejected"}
    assert ingest(home, workers=1).read == 1  # the file that was rejected for this number
    assert counting(home) == ["right.xlsx"]
    assert waiting(home) == []
    ingest(home, workers=1, reread=True)
    assert counting(home) == ["right.xlsx"]
    with pytest.raises(WrongDecisionError, match="withdrawn already"):
        withdraw(home, "mistake.xlsx", *WHY)


def test_an_erased_file_is_nowhere_and_the_chain_holds(home: Home) -> None:
    for name, number in (("keep.xlsx", 1), ("Canary 083060000001.xlsx", 2)):
        values = {"submission_number": number}
        rows = [household(FORM, head_name=f"Trần Văn {name}")]
        (home.landing / name).write_bytes(workbook_bytes(FORM, cover_values=values, households=rows))
    (home.landing / "Canary.xlsx").touch()
    ingest(home, workers=1)
    head = Registry.open(home.registry).head
    (home.warehouse / "build.duckdb").write_bytes(b"rows")
    entry, _ = erase(home, "Canary 083060000001.xlsx", *WHY)
    registry = Registry.open(home.registry)
    assert head in {one["hash"] for one in registry.entries}
    assert registry.current()[entry["sha256"]]["status"] == "erased"
    assert "083060000001" not in home.registry.read_text(encoding="utf-8")
    assert not archive_path(home, entry["sha256"]).exists()
    assert not (home.warehouse / "build.duckdb").exists()
    stored = [row for path in (home.raw / "household").glob("*.parquet") for row in pq.read_table(path).to_pylist()]
    assert [row["head_name"] for row in stored] == ["Trần Văn keep.xlsx"]
    for path in home.raw.rglob("*.parquet"):
        assert b"083060000001.xlsx" not in path.read_bytes(), path
    report = ingest(home, workers=1, reread=True)
    assert (report.read, counting(home)) == (1, ["keep.xlsx"])
    with pytest.raises(WrongDecisionError, match="was not read|No file"):
        erase(home, entry["sha256"][:8], *WHY)


def _again(lines: list[str]) -> list[str]:
    blanked = json.loads(lines[0])
    return [json.dumps({**blanked, "status": "accepted", "survey_year": 2030}), *lines[1:]]


@pytest.mark.parametrize("tampering", [_again, lambda lines: lines[:-1], lambda lines: lines[1:]])
def test_a_blanked_entry_cannot_be_altered(home: Home, tampering: Any) -> None:
    land(home, "first.xlsx", 1)
    erase(home, "first.xlsx", *WHY)
    lines = home.registry.read_text(encoding="utf-8").splitlines()
    home.registry.write_text("\n".join(tampering(lines)) + "\n", encoding="utf-8")
    with pytest.raises(BrokenRegistryError):
        Registry.open(home.registry)


def test_an_interrupted_erasure_is_finished(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    land(home, "first.xlsx", 1)

    def stop(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("ingestion.withdrawal.finish_erasures", stop)
    with pytest.raises(KeyboardInterrupt):
        erase(home, "first.xlsx", *WHY)
    monkeypatch.undo()
    assert list(home.archive.rglob("*.xlsx"))
    ingest(home, workers=1)
    assert not list(home.archive.rglob("*.xlsx"))


def test_files_are_named_by_path_or_id(home: Home) -> None:
    land(home, "first.xlsx", 1)
    registry = open_registry(home)
    (checksum,) = registry.current()
    for name in ("first.xlsx", str(home.landing / "first.xlsx"), checksum, checksum[:8].upper()):
        assert find_file(home, registry, name)["sha256"] == checksum
    (home.landing / "first.xlsx").write_bytes(b"changed")
    with pytest.raises(WrongDecisionError, match="was not read"):
        find_file(home, registry, "first.xlsx")
    (home.landing / "first.xlsx").unlink()
    assert find_file(home, registry, str(home.landing / "first.xlsx"))["sha256"] == checksum
    for name in (checksum[:7], "other.xlsx", ""):
        with pytest.raises(WrongDecisionError):
            find_file(home, registry, name)


@pytest.mark.parametrize(
    "text",
    ["", " \n", "số 083 060 000 001", "sinh ngày 8/8/1967", "một\x1b[31m"],
    ids=["none", "blank", "id", "birth", "escape"],
)
def test_a_reason_holds_no_personal_number(home: Home, text: str) -> None:
    land(home, "first.xlsx", 1)
    before = home.registry.read_bytes()
    for why in ((text, "Phòng"), ("gửi nhầm", text)):
        with pytest.raises(WrongDecisionError):
            withdraw(home, "first.xlsx", *why)
    assert home.registry.read_bytes() == before


def test_the_published_head_tells_nothing_without_the_key(home: Home) -> None:
    land(home, "first.xlsx", 1)
    registry = open_registry(home)
    release = home.published / "releases" / "20260101T000000000000Z"
    release.mkdir(parents=True)

    def publish(head: str) -> None:
        description = {"id": release.name, "inputs": {"registryHead": head}}
        (release / "datapackage.json").write_text(json.dumps(description), encoding="utf-8")

    mark = head_mark(home, registry.head)
    assert registry.head not in mark
    publish(mark)
    assert open_registry(home).head == registry.head
    home.registry.write_text("", encoding="utf-8")
    with pytest.raises(BrokenRegistryError, match="not there"):
        open_registry(home)
    (home.secrets / "pseudonym_key.csv").unlink()  # a key that was replaced cannot be compared, and stops nothing
    assert open_registry(home).entries == []
