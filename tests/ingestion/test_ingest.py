"""Ingestion of a landing folder: what is accepted, kept and in force."""

import csv
import json
import shutil
import stat
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from base.forms import load_forms
from base.home import Home
from base.reference import REFERENCE_VARIABLE, WrongReferenceError, reference_folder
from ingestion import ingest as ingestion_module
from ingestion.archive import archive_path
from ingestion.ingest import files_to_read, ingest, lost_files, read_all
from ingestion.registry import BrokenRegistryError, Registry
from tests.support.readers import dying_reader, failing_reader
from tests.support.workbooks import household, workbook_bytes

FORMS = load_forms()
FORM = FORMS["F2022"]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home").create()


def land(home: Home, name: str, **values: Any) -> bytes:
    content = workbook_bytes(FORM, **values)
    path = home.landing / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return content


def statuses(home: Home) -> dict[str, str]:
    return {entry["landing_path"]: entry["status"] for entry in Registry.open(home.registry).current().values()}


def current_rows(home: Home, role: str) -> list[dict[str, Any]]:
    return [row for path in sorted((home.raw / role).glob("*.parquet")) for row in pq.read_table(path).to_pylist()]


def test_a_file_is_archived_registered_and_stored(home: Home) -> None:
    content = land(home, "any/name at all.XLSX")
    report = ingest(home, workers=1)
    assert (report.read, report.accepted, report.rejected) == (1, 1, 0)
    (entry,) = Registry.open(home.registry).entries
    kept = archive_path(home, entry["sha256"])
    assert kept.read_bytes() == content
    assert stat.S_IMODE(kept.stat().st_mode) == 0o400
    assert all(
        stat.S_IMODE(folder.stat().st_mode) == 0o700
        for folder in (home.archive, home.raw, home.warehouse, home.secrets)
    )
    (row,) = current_rows(home, "household")
    assert (row["source_file_id"], row["extraction_id"]) == (entry["sha256"][:16], entry["extraction_id"])
    assert (row["sheet"], row["row_number"], row["household_code"]) == ("Hộ", 9, "29161-0001")
    (file_row,) = pq.read_table(home.raw / "source_file.parquet").to_pylist()
    assert file_row["status"] == "accepted"


def test_the_same_bytes_again_change_nothing(home: Home) -> None:
    content = land(home, "a.xlsx")
    ingest(home, workers=1)
    before = home.registry.read_bytes()
    (home.landing / "copy.xlsx").write_bytes(content)
    report = ingest(home, workers=1)
    assert (report.read, report.known) == (0, 2)
    assert home.registry.read_bytes() == before


def test_removing_a_file_from_landing_removes_nothing(home: Home) -> None:
    land(home, "a.xlsx")
    ingest(home, workers=1)
    (home.landing / "a.xlsx").unlink()
    ingest(home, workers=1)
    assert statuses(home) == {"a.xlsx": "accepted"}
    assert len(current_rows(home, "household")) == 1


def test_of_two_files_with_one_number_the_first_by_path_stays(home: Home) -> None:
    land(home, "b.xlsx", total_values={"resident_households": 200})
    land(home, "a.xlsx")
    ingest(home, workers=2)
    assert statuses(home) == {"a.xlsx": "accepted", "b.xlsx": "rejected"}
    rejected = next(e for e in Registry.open(home.registry).entries if e["status"] == "rejected")
    assert [finding["check_code"] for finding in rejected["findings"]] == ["same_submission_number"]


def test_a_later_file_with_a_number_in_use_is_rejected_and_a_higher_number_accepted(home: Home) -> None:
    land(home, "z.xlsx")
    ingest(home, workers=1)
    land(home, "a.xlsx", total_values={"resident_households": 200})
    land(home, "b.xlsx", cover_values={"submission_number": 2})
    ingest(home, workers=1)
    assert statuses(home) == {"z.xlsx": "accepted", "a.xlsx": "rejected", "b.xlsx": "accepted"}


def test_a_rejected_file_does_not_hold_its_number(home: Home) -> None:
    land(home, "a.xlsx", cover_values={"maturity": None})
    land(home, "b.xlsx")
    ingest(home, workers=1)
    assert statuses(home) == {"a.xlsx": "rejected", "b.xlsx": "accepted"}


def test_one_survey_year_leaves_the_others_for_later(home: Home) -> None:
    land(home, "2022.xlsx")
    land(home, "2023.xlsx", cover_values={"survey_year": 2023, "cutoff_date": "14/12/2023"})
    (home.landing / "broken.xlsx").write_bytes(b"no workbook")
    assert ingest(home, {2023}, workers=1).years == {2023: 1}
    assert statuses(home) == {"2023.xlsx": "accepted", "broken.xlsx": "rejected"}
    assert ingest(home, workers=1).years == {2022: 1}


def test_files_that_people_and_programs_leave_behind_are_passed_over(home: Home) -> None:
    for name in ("~$a.xlsx", ".DS_Store", "Thumbs.db"):
        (home.landing / name).write_bytes(b"x")
    assert ingest(home, workers=1).read == 0


@pytest.mark.parametrize("reader", [dying_reader, failing_reader])
def test_a_dying_reader_rejects_its_file_only(home: Home, monkeypatch: pytest.MonkeyPatch, reader: Any) -> None:
    land(home, "a.xlsx")
    land(home, "kills.xlsx", cover_values={"submission_number": 2})
    land(home, "z.xlsx", cover_values={"survey_year": 2023, "cutoff_date": "14/12/2023"})

    def read_with_it(*args: Any, **kwargs: Any) -> Any:
        return read_all(*args, **{**kwargs, "reader": reader})

    monkeypatch.setattr(ingestion_module, "read_all", read_with_it)
    report = ingest(home, workers=2)
    assert (report.accepted, report.rejected) == (2, 1)
    assert statuses(home)["kills.xlsx"] == "rejected"
    entry = next(e for e in Registry.open(home.registry).entries if e["status"] == "rejected")
    assert [finding["check_code"] for finding in entry["findings"]] == ["reader_failed"]
    assert archive_path(home, entry["sha256"]).exists()
    assert "Canary" not in home.registry.read_text(encoding="utf-8")


def test_reading_again_supersedes_the_earlier_extraction(home: Home) -> None:
    land(home, "a.xlsx")
    ingest(home, workers=1)
    ingest(home, workers=1, reread=True)
    registry = Registry.open(home.registry)
    assert len(registry.entries) == 2
    assert len(registry.current()) == 1
    (row,) = current_rows(home, "household")
    assert row["extraction_id"] == registry.entries[-1]["extraction_id"]
    assert registry.entries[0]["received_at"] == registry.entries[1]["received_at"]


def test_an_interrupted_run_leaves_no_rows(home: Home) -> None:
    land(home, "a.xlsx")
    files, _, _ = files_to_read(home, Registry.open(home.registry))
    read_all(home, FORMS, files, "interrupted", None, workers=1)
    assert len(current_rows(home, "household")) == 1
    ingest(home, workers=1)
    assert len(current_rows(home, "household")) == 1


def test_an_altered_or_removed_entry_is_noticed(home: Home) -> None:
    land(home, "a.xlsx")
    land(home, "b.xlsx", cover_values={"submission_number": 2})
    ingest(home, workers=1)
    lines = home.registry.read_text(encoding="utf-8").splitlines()
    altered = json.loads(lines[0]) | {"status": "rejected"}
    home.registry.write_text("\n".join([json.dumps(altered), lines[1]]) + "\n", encoding="utf-8")
    with pytest.raises(BrokenRegistryError, match="entry 1"):
        Registry.open(home.registry)
    home.registry.write_text(lines[1] + "\n", encoding="utf-8")
    with pytest.raises(BrokenRegistryError, match="entry 1"):
        Registry.open(home.registry)


def made_up_form(folder: Path) -> Path:
    """A copy of the reference tables with a form F2099: F2022 with another code, sheet name, header and year."""
    shutil.copytree(reference_folder(), folder)
    for name in ("forms.csv", "form_columns.csv", "form_codes.csv"):
        path = folder / "forms" / name
        with path.open(newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        new = [{**row, "form": "F2099"} for row in rows if row["form"] == "F2022"]
        for row in new:
            if "form_code" in row:
                row |= {"form_code": "XX-RS/2099", "first_survey_year": "2099", "last_survey_year": "2099"}
                if row["role"] == "household":
                    row["sheet"] = "Sổ hộ"
            if row.get("field") == "household_code" and "header" in row:
                row["header"] = "Mã hộ mới"
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, fieldnames=list(rows[0]))
            writer.writeheader()
            writer.writerows(rows + new)
    return folder


def test_a_new_form_is_rows(home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reference = made_up_form(tmp_path / "reference")
    with monkeypatch.context() as changed:
        changed.setenv(REFERENCE_VARIABLE, str(reference))
        new_form = load_forms()["F2099"]
    values = {"commune_code": "29158", "survey_year": 2099, "cutoff_date": "14/12/2099"}
    content = workbook_bytes(new_form, cover_values=values, households=[household(new_form)])
    (home.landing / "future.xlsx").write_bytes(content)
    land(home, "present.xlsx")

    ingest(home, workers=1)
    assert statuses(home) == {"future.xlsx": "rejected", "present.xlsx": "accepted"}
    monkeypatch.setenv(REFERENCE_VARIABLE, str(reference))
    report = ingest(home, workers=1)
    assert report.read == 2  # the forms changed, so what was read under the old ones is read again from the archive
    assert statuses(home) == {"future.xlsx": "accepted", "present.xlsx": "accepted"}
    entry = next(e for e in Registry.open(home.registry).current().values() if e["landing_path"] == "future.xlsx")
    assert (entry["form"], entry["survey_year"], entry["household_rows"]) == ("F2099", 2099, 1)
    future = next(row for row in current_rows(home, "household") if row["sheet"] == "Sổ hộ")
    assert future["household_code"] == "29161-0001"


def test_a_form_without_a_sheet_is_refused_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(REFERENCE_VARIABLE, str(made_up_form(tmp_path / "reference")))
    path = tmp_path / "reference" / "forms" / "forms.csv"
    lines = [
        line
        for line in path.read_text(encoding="utf-8").splitlines()
        if not line.startswith("F2099,XX-RS/2099,2099,2099,total")
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    with pytest.raises(WrongReferenceError, match=r"F2099 .* total"):
        load_forms()


def test_lost_raw_cells_are_read_again_from_the_archive(home: Home) -> None:
    land(home, "a.xlsx")
    ingest(home, workers=1)
    (before,) = current_rows(home, "household")
    shutil.rmtree(home.raw)
    assert len(lost_files(home, Registry.open(home.registry))) == 1
    (home.landing / "a.xlsx").unlink()
    ingest(home, workers=1)
    assert lost_files(home, Registry.open(home.registry)) == set()
    (after,) = current_rows(home, "household")
    assert {**after, "extraction_id": None} == {**before, "extraction_id": None}
