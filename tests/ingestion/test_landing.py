"""The landing folder as people keep it: nothing in it stops the other files, and nothing goes unsaid."""

import io
import os
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from base.forms import load_forms
from base.home import Home
from ingestion import landing as landing_module
from ingestion.ingest import ingest, read_batch
from ingestion.landing import list_landing, path_of, printable_path, stored_path
from ingestion.registry import Registry
from tests.support.workbooks import workbook_bytes

FORM = load_forms()["F2022"]
OLE = bytes.fromhex("d0cf11e0a1b11ae1")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home with one good file in landing."""
    home = Home(tmp_path / "home").create()
    (home.landing / "good.xlsx").write_bytes(workbook_bytes(FORM))
    return home


def findings(home: Home) -> list[tuple[str, str, bool]]:
    """(file or place, check, whether it is open) of every finding of ingestion."""
    rows = pq.read_table(home.raw / "finding.parquet").to_pylist()
    return [(row["source_file_id"], row["check_code"], row["resolution"] is None) for row in rows]


def statuses(home: Home) -> dict[str, str]:
    return {entry["landing_path"]: entry["status"] for entry in Registry.open(home.registry).current().values()}


def zipped(*names: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return buffer.getvalue()


def test_a_name_that_is_not_utf_8_is_kept_whole_and_can_be_printed(home: Home) -> None:
    name = os.fsdecode(b"x\xe3 \\ 1.xlsx")
    (home.landing / name).write_bytes(b"no workbook")
    assert ingest(home, workers=1).rejected == 1
    stored = r"x\xe3 \\ 1.xlsx"
    assert statuses(home)[stored] == "rejected"
    assert path_of(stored) == name
    assert {row["landing_path"] for row in pq.read_table(home.raw / "source_file.parquet").to_pylist()} >= {stored}


@pytest.mark.parametrize("sign", ["\x1b", "\n", "\x85", "\u202e", "\u200b", "\u2028", "\u2066"])
def test_a_name_never_steers_a_terminal(sign: str) -> None:
    shown = printable_path(stored_path(f"xã{sign}[red]1.xlsx"))
    assert sign not in shown
    assert shown.startswith("xã\\")
    assert shown.endswith("[red]1.xlsx")


def test_several_empty_files_are_a_finding_each_until_they_are_whole(home: Home) -> None:
    for name in ("a.xlsx", "b/c.xlsx", "b/d.xls"):
        (home.landing / name).parent.mkdir(exist_ok=True)
        (home.landing / name).touch()
    ingest(home, workers=1)
    before = findings(home)
    assert [(code, is_open) for _, code, is_open in before] == [("not_a_workbook", True)] * 3
    assert len({place for place, _, _ in before}) == 3
    (home.landing / "a.xlsx").write_bytes(workbook_bytes(FORM, cover_values={"submission_number": 2}))
    ingest(home, workers=1)
    assert len(findings(home)) == 2
    written = home.registry.read_bytes()
    ingest(home, workers=1)
    assert home.registry.read_bytes() == written


def test_half_a_copy_is_answered_by_the_whole_file(home: Home) -> None:
    whole = workbook_bytes(FORM, cover_values={"submission_number": 2})
    (home.landing / "copied.xlsx").write_bytes(whole[: len(whole) // 2])
    ingest(home, workers=1)
    assert [(code, is_open) for _, code, is_open in findings(home)] == [("not_a_workbook", True)]
    (home.landing / "copied.xlsx").write_bytes(whole)
    ingest(home, workers=1)
    assert [(code, is_open) for _, code, is_open in findings(home)] == [("not_a_workbook", False)]


def test_files_that_vanish_or_change_after_they_were_listed_wait_for_the_next_run(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number, name in enumerate(("changes.xlsx", "vanishes.xlsx"), start=2):
        content = workbook_bytes(FORM, cover_values={"submission_number": number})
        (home.landing / name).write_bytes(content)
    listed = list_landing(home.landing)
    monkeypatch.setattr("ingestion.ingest.list_landing", lambda _: listed)
    (home.landing / "changes.xlsx").write_bytes(workbook_bytes(FORM, cover_values={"submission_number": 4}))
    (home.landing / "vanishes.xlsx").unlink()
    report = ingest(home, workers=1)
    assert (report.accepted, report.rejected) == (1, 0)
    assert "2 files vanished or changed" in report.not_read[0]
    monkeypatch.undo()
    assert ingest(home, workers=1).accepted == 1


def test_a_file_that_grows_while_it_is_listed_is_not_read(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    def growing(file: Any, name: str) -> Any:
        with (home.landing / "good.xlsx").open("ab") as more:
            more.write(b"more")
        return original(file, name)

    original = landing_module.hashlib.file_digest
    monkeypatch.setattr(landing_module.hashlib, "file_digest", growing)
    found = list_landing(home.landing)
    assert (found.checksums, found.unsteady) == ({}, ["good.xlsx"])


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("~$good.xlsx", "lock file"),
        (".~lock.good.xlsx#", "lock file"),
        ("._good.xlsx", "hidden"),
        ("Thumbs.db", "system file"),
        (".Trash-1000/files/old.xlsx", "trash"),
        ("2024/$RECYCLE.BIN/S-1/old.xlsx", "trash"),
        ("__MACOSX/good.xlsx", "trash"),
        (".git/old.xlsx", "hidden"),
    ],
)
def test_what_is_no_delivery_is_passed_over_and_listed(home: Home, name: str, reason: str) -> None:
    path = home.landing / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(workbook_bytes(FORM, cover_values={"submission_number": 2}))
    found = list_landing(home.landing)
    assert list(found.checksums) == ["good.xlsx"]
    assert list(found.ignored.values()) == [reason]
    assert ingest(home, workers=1).read == 1


def test_a_pipe_is_not_waited_for(home: Home) -> None:
    os.mkfifo(home.landing / "pipe.xlsx")
    assert list_landing(home.landing).ignored == {"pipe.xlsx": "no file and no folder"}


def test_linked_folders_are_followed_once(home: Home, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "linked.xlsx").write_bytes(workbook_bytes(FORM, cover_values={"submission_number": 2}))
    (home.landing / "2021").symlink_to(tmp_path / "elsewhere")
    (home.landing / "again").symlink_to(tmp_path / "elsewhere")
    (home.landing / "circle").symlink_to(home.landing)
    (home.landing / "above").symlink_to(home.root)
    (tmp_path / "elsewhere" / "back").symlink_to(tmp_path / "elsewhere")
    found = list_landing(home.landing)
    assert list(found.checksums) == ["2021/linked.xlsx", "good.xlsx"]
    assert set(found.ignored) == {"again", "circle", "above", "2021/back"}
    assert found.unreadable == []


def test_what_cannot_be_opened_is_a_finding_that_its_mark_names(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    (home.landing / "Nguyễn Văn Canary.xlsx").symlink_to("nowhere")
    (home.landing / "loop").symlink_to("loop")
    (home.landing / "closed").mkdir()
    scandir = os.scandir

    def refusing(folder: Path) -> Any:
        if Path(folder).name == "closed":
            raise PermissionError
        return scandir(folder)

    monkeypatch.setattr(os, "scandir", refusing)
    assert ingest(home, workers=1).accepted == 1
    found = findings(home)
    assert [(code, is_open) for _, code, is_open in found] == [("unreadable_place", True)] * 3
    messages = " ".join(pq.read_table(home.raw / "finding.parquet")["message"].to_pylist())
    assert all(place in messages for place, _, _ in found)
    assert "Canary" not in messages
    monkeypatch.undo()
    (home.landing / "loop").unlink()
    ingest(home, workers=1)
    assert len(findings(home)) == 1


def test_names_that_differ_in_case_or_unicode_form_are_files_of_their_own(home: Home) -> None:
    for number, name in enumerate(("Good.xlsx", "x\u00e3.xlsx", "xa\u0303.xlsx"), start=2):
        (home.landing / name).write_bytes(workbook_bytes(FORM, cover_values={"submission_number": number}))
    assert ingest(home, workers=1).accepted == 4


@pytest.mark.parametrize(
    ("name", "content", "named"),
    [
        ("a.xls", lambda: OLE + "Workbook".encode("utf-16-le"), ".xls"),
        ("a.xlsx", lambda: OLE + "Workbook".encode("utf-16-le"), ".xls"),
        ("a.xlsx", lambda: zipped("[Content_Types].xml", "xl/workbook.bin"), ".xlsb"),
        ("a.xlsx", lambda: zipped("mimetype", "content.xml"), ".ods"),
        ("a.ZIP", lambda: zipped("one.xlsx", "two.xlsx"), ".zip"),
        ("a.csv", lambda: b"a;b;c\n1;2;3\n", ".csv"),
        ("a", lambda: b"%PDF-1.7", ".pdf"),
    ],
)
def test_another_format_is_rejected_by_its_name(
    home: Home, name: str, content: Callable[[], bytes], named: str
) -> None:
    (home.landing / name).write_bytes(content())
    report = ingest(home, workers=1)
    assert (report.accepted, report.rejected) == (1, 1)
    (row,) = pq.read_table(home.raw / "finding.parquet").to_pylist()
    assert row["check_code"] == "not_a_workbook"
    assert f"đây là tệp {named}; hãy" in row["message"]


def test_a_workbook_under_another_ending_is_a_workbook(home: Home) -> None:
    (home.landing / "good.xlsx").rename(home.landing / "good.xls")
    assert ingest(home, workers=1).accepted == 1


def test_an_archived_file_that_is_gone_stops_nothing(home: Home) -> None:
    ingest(home, workers=1)
    for path in home.archive.rglob("*.xlsx"):
        path.unlink()
    (home.landing / "second.xlsx").write_bytes(workbook_bytes(FORM, cover_values={"submission_number": 2}))
    assert ingest(home, workers=1, reread=True).accepted == 1
    assert read_batch(home, load_forms(), [], "none-there", None) == []
