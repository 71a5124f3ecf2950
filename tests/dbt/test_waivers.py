"""Waivers on the micro pack, day by day."""

from datetime import date

import pytest

from base.home import Home
from base.release_layout import DATABASE, read_datapackage
from ingestion.decisions import WAIVER_COLUMNS
from publication.build_state import begin_build, finish_build
from publication.publish import NotPublishedError, publish_build
from tests.support.decided import DAYS, decide, naive, release, rows, waiver
from tests.support.statements import make_tables
from tests.support.warehouse import leave_what_publication_asks, no_reports

pytestmark = pytest.mark.build


def test_a_waiver_makes_a_release_final_through_its_last_day(home: Home) -> None:
    wrong = [
        (waiver(check_code="no_such_check"), "mã kiểm tra"),
        (waiver(check_code="corrections_end_in_the_published_figures"), "chính kho dữ liệu"),
        (waiver(expires_on="2031-02-30"), "ngày hết hạn"),
        (waiver(reason=""), "thiếu lý do"),
        (waiver(reason="ông 083 060 000 001"), "dãy số dài"),
        (waiver(decided_by=""), "thiếu người quyết định"),
        (waiver(expires_on="2031-02-28"), "trước ngày quyết định"),
        (waiver(survey_year="hai nghìn"), "năm rà soát"),
        (waiver(commune_code="1"), "mã xã"),
        (waiver(source_file_id="x"), "tệp"),
    ]
    leave_what_publication_asks(home)
    decide(home, "waivers.csv", WAIVER_COLUMNS, [waiver(), *(line for line, _ in wrong)])
    maturities = {}
    for day in DAYS[2:4]:
        make_tables(home, day.date(), of=["quality.waiver", "quality.finding"])
        published = release(home, day)
        maturities[day.day] = published.maturity
        package = read_datapackage(published.folder)
        assert package is not None
        assert len(package["waiversInForce"]) == (1 if day.day <= 3 else 0)
    assert maturities == {3: "final", 4: "provisional"}
    shown = rows(
        home.current / DATABASE, "select status, problem, findings_waived from quality.waiver order by line_number"
    )
    assert shown[0] == ("expired", None, 0)
    for (status, problem, _), (_, wanted) in zip(shown[1:], wrong, strict=True):
        assert status == "invalid"
        assert wanted in problem
    life = rows(
        home.current / DATABASE,
        "select distinct status, response, first_seen_at, last_seen_at, resolved_at from quality.finding "
        "where check_code = 'no_accepted_file'",
    )
    assert life == [("open", None, naive(DAYS[0]), naive(DAYS[3]), None)]


def test_a_build_whose_waiver_expired_is_not_published(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    decide(home, "waivers.csv", WAIVER_COLUMNS, [waiver()])
    make_tables(home, DAYS[2].date(), of=["quality.waiver"])
    finish_build(home, begin_build(home, "b", ["marts.area_year"], ["marts.area_year"], []), ["marts.area_year"])
    monkeypatch.setattr("publication.publish.load_suites", list)
    monkeypatch.setattr("publication.publish.today", lambda: date(2031, 3, 4))
    with pytest.raises(NotPublishedError, match="waivers have expired"):
        publish_build(home, "late", no_reports)
