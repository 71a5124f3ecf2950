"""The life of findings on the micro pack, release by release."""

from datetime import datetime
from typing import Any

import pytest
from openpyxl import load_workbook

from base.home import Home
from base.release_layout import DATABASE
from ingestion.archive import archive_path
from ingestion.decisions import CORRECTION_COLUMNS, WAIVER_COLUMNS
from ingestion.ingest import ingest
from publication.finding_ledger import ledger_release, sync_from_current_release
from tests.support.decided import (
    DAYS,
    cell,
    decide,
    naive,
    release,
    rows,
    rows_of_sha,
    waiver,
)
from tests.support.statements import make_tables
from tests.support.warehouse import build_file, leave_what_publication_asks

pytestmark = pytest.mark.build

# What these tests look at; the other tables stay as they were first made.
_READ = ("quality.finding", "quality.correction", "quality.waiver", "quality.source_file")


@pytest.fixture
def home(home: Home) -> Home:
    leave_what_publication_asks(home)
    return home


def release_an_unreadable_number(home: Home) -> dict[str, Any]:
    """Publish a build in which one score is no number; the correction that made it so."""
    right = cell(home, "household", "b1_score", "b1_score is not null")
    decide(home, "corrections.csv", CORRECTION_COLUMNS, [right | {"new_value": "không rõ"}])
    make_tables(home, DAYS[1].date(), of=_READ)
    release(home, DAYS[1])
    return right


def test_a_finding_lives_through_releases(home: Home) -> None:
    """Found, waived, fixed by a correction: it stays with its times and its answer, also when published again."""
    wrong = release_an_unreadable_number(home)
    query = (
        "select status, is_open, first_seen_at, last_seen_at, resolved_at, response, responded_by, finding_id "
        "from quality.finding where check_code = 'unreadable_number'"
    )
    (found,) = rows(home.current / DATABASE, query)
    assert found[:7] == ("open", True, naive(DAYS[1]), naive(DAYS[1]), None, None, None)

    line = waiver(check_code="unreadable_number", column_name="b1_score", reason="chờ phiếu gốc")
    decide(home, "waivers.csv", WAIVER_COLUMNS, [line])
    make_tables(home, DAYS[2].date(), of=_READ)
    release(home, DAYS[2])
    (found,) = rows(home.current / DATABASE, query)
    assert found[:7] == ("waived", False, naive(DAYS[1]), naive(DAYS[2]), None, "chờ phiếu gốc", "Sở")

    decide(home, "corrections.csv", CORRECTION_COLUMNS, [wrong | {"new_value": wrong["old_value"]}])
    (correction,) = [f"đã sửa theo quyết định {row[0]}" for row in corrections_after_build(home, DAYS[3])]
    release(home, DAYS[3])
    (fixed,) = rows(home.current / DATABASE, query)
    assert fixed[:7] == ("resolved", False, naive(DAYS[1]), naive(DAYS[2]), naive(DAYS[3]), correction, "Chi cục")
    assert fixed[7] == found[7]

    decide(home, "corrections.csv", CORRECTION_COLUMNS, [])
    make_tables(home, DAYS[4].date(), of=_READ)
    release(home, DAYS[4])
    release(home, DAYS[5])
    assert rows(home.current / DATABASE, query) == [fixed]


def test_a_second_submission_resolves_what_was_found_in_the_first(home: Home) -> None:
    wrong = release_an_unreadable_number(home)
    query = (
        "select status, first_seen_at, last_seen_at, resolved_at, response, responded_by, finding_id "
        "from quality.finding where check_code = 'unreadable_number'"
    )
    ((*_, finding_id),) = rows(home.current / DATABASE, query)
    book = load_workbook(archive_path(home, rows_of_sha(home, wrong["file"])))
    for line in book["Bìa"].iter_rows(max_col=2):
        if line[0].value == "Lần gửi":
            line[1].value = 2
    book.save(home.landing / "second.xlsx")
    assert ingest(home).accepted == 1
    make_tables(home, DAYS[2].date(), of=_READ)
    release(home, DAYS[2])
    (found,) = rows(home.current / DATABASE, query)
    times = (naive(DAYS[1]), naive(DAYS[1]), naive(DAYS[2]))
    assert found == ("resolved", *times, "đã có tệp thay thế", "commune", finding_id)
    ((status, refusal),) = rows(home.current / DATABASE, "select status, refusal from quality.correction")
    assert status == "refused"
    assert "đã có tệp thay thế" in refusal


def corrections_after_build(home: Home, day: datetime) -> list[tuple[Any, ...]]:
    make_tables(home, day.date(), of=_READ)
    return rows(build_file(home), "select correction_id from quality.correction where status = 'applied'")


def test_the_ledger_follows_the_release_in_force(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    first = home.finding_ledger.read_bytes()
    assert ledger_release(home) == home.current.resolve().name
    assert home.finding_ledger.stat().st_mode & 0o777 == 0o600

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("publication.release.switch_current", stop)
        with pytest.raises(KeyboardInterrupt):
            release(home, DAYS[1])
    assert home.finding_ledger.read_bytes() == first, "stopped before the swap: the ledger is that of the old release"

    calls = []

    def stop_second(of: Home) -> None:
        calls.append(of)
        if len(calls) == 2:
            raise KeyboardInterrupt
        sync_from_current_release(of)

    with monkeypatch.context() as patched:
        patched.setattr("publication.release.sync_from_current_release", stop_second)
        with pytest.raises(KeyboardInterrupt):
            release(home, DAYS[2])
    assert home.finding_ledger.read_bytes() == first
    sync_from_current_release(home)
    assert ledger_release(home) == home.current.resolve().name > DAYS[1].strftime("%Y%m%dT%H%M%S%fZ")
    (home.finding_ledger.parent / "finding_ledger.partial").write_bytes(b"left by a stopped machine")
    make_tables(home, DAYS[3].date(), of=_READ)
    release(home, DAYS[3])
    life = rows(
        home.current / DATABASE, "select distinct first_seen_at, last_seen_at from quality.finding where is_open"
    )
    assert life == [(naive(DAYS[0]), naive(DAYS[3]))]
