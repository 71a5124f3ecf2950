"""Corrections, waivers and the life of findings on the micro pack: what comes of decisions, release by release."""

import csv
import hashlib
import shutil
import unicodedata
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
from openpyxl import load_workbook

from base.home import Home
from base.release_layout import DATABASE, read_datapackage
from ingestion.archive import archive_path
from ingestion.decisions import CORRECTION_COLUMNS, WAIVER_COLUMNS, write_decisions
from ingestion.ingest import ingest
from ingestion.pseudonym_key import ensure_key
from publication.build_state import begin_build, finish_build
from publication.finding_ledger import ledger_release, sync_from_current_release
from publication.inputs import inputs_of
from publication.publish import NotPublishedError, publish_build
from publication.release import Release, publish
from tests.support.homes import land_micro
from tests.support.warehouse import build_file, dbt, no_reports

pytestmark = pytest.mark.build

CANARY = "083199977731"
WAIVERS = ("stg_waiver+",)
# All that findings and decisions are made of, without the figures.
FINDINGS = ("+finding", "+correction", "+waiver")
DAYS = [datetime(2031, 3, day, 8, tzinfo=UTC) for day in range(1, 9)]
FIGURES = """
    select survey_year, area_code, measure, figure
    from (unpivot (
        select survey_year, area_code,
            columns(['resident_households', 'resident_persons', 'poor_households', 'near_poor_households',
                'average_households', 'non_poor_households', 'poor_persons', 'near_poor_persons',
                'female_headed_households', 'ethnic_minority_headed_households', 'merit_households',
                'social_protection_households', 'group_1_households', 'group_2_households', 'group_3_households'])
        from marts.area_year where area_level = 'commune' and boundary = 'as_reviewed'
    ) on columns(* exclude (survey_year, area_code)) into name measure value figure)
    union all
    select survey_year, area_code, 'deprived_' || indicator_code, deprived_households from marts.indicator_area_year
    where area_level = 'commune' and boundary = 'as_reviewed' and poverty_class = 'poor_or_near_poor'
"""


def rows(database: Path, query: str, *values: object) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(database), read_only=True) as connection:
        return connection.execute(query, list(values)).fetchall()


def decide(home: Home, name: str, columns: tuple[str, ...], lines: list[dict[str, Any]]) -> None:
    with (home.decisions / name).open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, columns, delimiter=";")
        writer.writeheader()
        writer.writerows(lines)
    write_decisions(home)


def build(home: Home, day: datetime, *models: str) -> None:
    """Build all models, or those that what has changed reaches."""
    dbt(home, "run", *(["--select", *models] if models else []), build_date=day.date())


def release(home: Home, day: datetime) -> Release:
    return publish(home, "run", [], inputs_of(home), no_reports, now=day)


def raw_digest(home: Home) -> str:
    digest = hashlib.sha256()
    for role in ("household", "member", "total"):
        for path in sorted((home.raw / role).glob("*.parquet")):
            digest.update(path.read_bytes())
    return digest.hexdigest()


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the micro pack, built without decisions and published on the first day."""
    folder = tmp_path_factory.mktemp("decisions")
    home = Home(folder / "home").create()
    ensure_key(home)
    land_micro(home)
    ingest(home)
    build(home, DAYS[0])
    release(home, DAYS[0])
    home.root.rename(folder / "saved")
    return folder / "saved"


@pytest.fixture
def home(saved: Path) -> Iterator[Home]:
    """A home that a test may change, always at the place where it was built: dbt parses the project once a place."""
    home = Home(saved.with_name("home"))
    shutil.copytree(saved, home.root, symlinks=True)
    yield home
    shutil.rmtree(home.root)


def cell(home: Home, role: str, column: str, condition: str) -> dict[str, Any]:
    """A correction of the first raw cell of the latest year that fits, without its new value."""
    location = home.raw / role / "*.parquet"
    found = duckdb.sql(
        f"select source_file_id, sheet, row_number, {column} from read_parquet('{location}', union_by_name = true) "
        f"where source_file_id = (select source_file_id from '{home.raw / 'source_file.parquet'}' "
        f"where survey_year = 2024 and commune_code = '29161') and {condition} order by row_number limit 1"
    ).fetchall()[0]
    place = dict(zip(("file", "sheet", "row", "old_value"), found, strict=True))
    return place | {
        "column": column,
        "reason": "đối chiếu phiếu giấy",
        "decided_by": "Chi cục",
        "decided_on": "2/3/2031",
    }


def test_corrections_change_figures_by_what_is_listed_and_leave_raw_alone(home: Home) -> None:
    labels = "lower(nfc_normalize(recorded_class))"
    poor = cell(home, "household", "recorded_class", f"{labels} = 'hộ nghèo'")
    near = rows_of_label(home)
    row = f"row_number = {poor['row']}"
    other = f"row_number > {poor['row']} and {labels} = 'hộ nghèo'"
    number = cell(home, "household", "head_citizen_id", f"head_citizen_id is not null and {other}")
    code = cell(home, "household", "household_code", other)
    count = cell(home, "household", "member_count", other)
    mark = cell(home, "household", "is_deprived_employment", f"is_deprived_employment is null and {other}")
    resident = cell(home, "total", "value", "field = 'resident_households'") | {"column": "Tổng số hộ dân cư"}
    sheet_key = {"sheet": unicodedata.normalize("NFD", poor["sheet"]).upper()}
    applied = [
        poor | sheet_key | {"new_value": near},
        number | {"new_value": CANARY},
        count | {"new_value": int(float(count["old_value"])) + 6},
        mark | {"new_value": "x", "file": rows_of_sha(home, mark["file"])},
        resident | {"new_value": "9.999"},
        code | {"column": "Mã hộ", "new_value": "29161-99999"},
    ]
    refused = [
        (poor | {"file": "0" * 16, "new_value": "x"}, "sổ tiếp nhận"),
        (poor | {"sheet": "Trang khác", "new_value": "x"}, "trang không có"),
        (poor | {"column": "màu tóc", "new_value": "x"}, "cột không có"),
        (poor | {"row": 99999, "new_value": "x"}, "hàng không có"),
        (poor | {"row": "bảy", "new_value": "x"}, "số hàng"),
        (poor | {"reason": "", "new_value": near}, "thiếu lý do"),
        (poor | {"decided_by": "", "new_value": near}, "thiếu người quyết định"),
        (poor | {"decided_on": "hôm qua", "new_value": near}, "ngày quyết định"),
        (number | {"reason": f"số đúng là {CANARY}", "new_value": CANARY}, "dãy số dài"),
        (number | {"column": "hamlet", "old_value": "không phải thế", "new_value": CANARY}, "không khớp"),
        (cell(home, "household", "b1_score", row) | {"new_value": "1"}, "nhiều giá trị mới khác nhau"),
        (cell(home, "household", "b1_score", row) | {"new_value": "2"}, "nhiều giá trị mới khác nhau"),
    ]
    before = rows(build_file(home), FIGURES)
    ids_before = dict(rows(build_file(home), "select source_row, household_id from marts.fct_household_year "
                           "where source_file_id = ?", number["file"]))  # fmt: skip
    digest = raw_digest(home)
    decide(home, "corrections.csv", CORRECTION_COLUMNS, applied + [line for line, _ in refused])
    build(home, DAYS[1])
    dbt(home, "test", "--select", "corrections_end_in_the_published_figures", "quality")

    shown = rows(build_file(home), "select status, refusal from quality.correction order by line_number")
    assert [status for status, _ in shown] == ["applied"] * len(applied) + ["refused"] * len(refused), shown
    for (_, refusal), (_, wanted) in zip(shown[len(applied) :], refused, strict=True):
        assert wanted in refusal
    after = {row[:3]: row[3] for row in rows(build_file(home), FIGURES)}
    was = {row[:3]: row[3] for row in before}
    changed = {(*key, was[key], value) for key, value in after.items() if value != was[key]}
    effects = rows(
        build_file(home),
        "select survey_year, commune_code, measure, before_value, after_value from quality.correction_effect",
    )
    assert changed == set(effects)
    assert {measure for _, _, measure, _, _ in changed} >= {
        "poor_households", "near_poor_households", "resident_households", "deprived_employment", "poor_persons"
    }  # fmt: skip
    assert raw_digest(home) == digest

    ids = dict(rows(build_file(home), "select source_row, household_id from marts.fct_household_year "
                    "where source_file_id = ?", number["file"]))  # fmt: skip
    assert ids.keys() == ids_before.keys()
    # The code may name the household's first record; every other row keeps its pseudonym.
    assert {row for row in ids if ids[row] != ids_before[row]} <= {code["row"]}

    published = release(home, DAYS[1])
    for path in published.folder.rglob("*"):
        if path.is_file():
            assert CANARY.encode() not in path.read_bytes(), path
    for schema, table in rows(published.folder / DATABASE, "select schema_name, table_name from duckdb_tables()"):
        assert rows(published.folder / DATABASE, f"select count(*) from {schema}.{table} t where t::varchar like ?",
                    f"%{CANARY}%") == [(0,)]  # fmt: skip


def rows_of_label(home: Home) -> str:
    """How a workbook of 2024 writes `near_poor`."""
    query = (
        "select recorded_class from read_parquet(?, union_by_name = true) "
        "where lower(nfc_normalize(recorded_class)) = 'hộ cận nghèo' limit 1"
    )
    return str(duckdb.execute(query, [str(home.raw / "household" / "*.parquet")]).fetchall()[0][0])


def rows_of_sha(home: Home, source_file_id: str) -> str:
    return str(
        rows(build_file(home), "select sha256 from quality.source_file where source_file_id = ?", source_file_id)[0][0]
    )


def waiver(**values: Any) -> dict[str, Any]:
    line = {
        "check_code": "no_accepted_file",
        "reason": "xã không rà soát",
        "decided_by": "Sở",
        "decided_on": "1/3/2031",
    }
    return line | {"expires_on": "2031-03-03"} | values


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
    decide(home, "waivers.csv", WAIVER_COLUMNS, [waiver(), *(line for line, _ in wrong)])
    maturities = {}
    for day in DAYS[1:4]:
        build(home, day, *WAIVERS)
        published = release(home, day)
        maturities[day.day] = published.maturity
        package = read_datapackage(published.folder)
        assert package is not None
        assert len(package["waiversInForce"]) == (1 if day.day <= 3 else 0)
    assert maturities == {2: "final", 3: "final", 4: "provisional"}
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


def naive(moment: datetime) -> datetime:
    return moment.replace(tzinfo=None)


def test_a_build_whose_waiver_expired_is_not_published(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    decide(home, "waivers.csv", WAIVER_COLUMNS, [waiver()])
    build(home, DAYS[2], *WAIVERS)
    finish_build(home, begin_build(home, "b", ["marts.area_year"], ["marts.area_year"], []), ["marts.area_year"])
    monkeypatch.setattr("publication.publish.load_suites", list)
    monkeypatch.setattr("publication.publish.today", lambda: date(2031, 3, 4))
    with pytest.raises(NotPublishedError, match="waivers have expired"):
        publish_build(home, "late", no_reports)


def test_a_finding_lives_through_releases(home: Home) -> None:
    """Found, waived, fixed by a correction: it stays with its times and its answer, also when published again."""
    wrong = cell(home, "household", "b1_score", "b1_score is not null")
    decide(home, "corrections.csv", CORRECTION_COLUMNS, [wrong | {"new_value": "không rõ"}])
    build(home, DAYS[1], *FINDINGS)
    release(home, DAYS[1])
    query = (
        "select status, is_open, first_seen_at, last_seen_at, resolved_at, response, responded_by, finding_id "
        "from quality.finding where check_code = 'unreadable_number'"
    )
    (found,) = rows(home.current / DATABASE, query)
    assert found[:7] == ("open", True, naive(DAYS[1]), naive(DAYS[1]), None, None, None)

    line = waiver(check_code="unreadable_number", column_name="b1_score", reason="chờ phiếu gốc")
    decide(home, "waivers.csv", WAIVER_COLUMNS, [line])
    build(home, DAYS[2], *WAIVERS)
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
    build(home, DAYS[4], *FINDINGS)
    release(home, DAYS[4])
    release(home, DAYS[5])
    assert rows(home.current / DATABASE, query) == [fixed]


def test_a_second_submission_resolves_what_was_found_in_the_first(home: Home) -> None:
    wrong = cell(home, "household", "b1_score", "b1_score is not null")
    decide(home, "corrections.csv", CORRECTION_COLUMNS, [wrong | {"new_value": "không rõ"}])
    build(home, DAYS[1], *FINDINGS)
    release(home, DAYS[1])
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
    build(home, DAYS[2], *FINDINGS)
    release(home, DAYS[2])
    (found,) = rows(home.current / DATABASE, query)
    times = (naive(DAYS[1]), naive(DAYS[1]), naive(DAYS[2]))
    assert found == ("resolved", *times, "đã có tệp thay thế", "commune", finding_id)
    ((status, refusal),) = rows(home.current / DATABASE, "select status, refusal from quality.correction")
    assert status == "refused"
    assert "đã có tệp thay thế" in refusal


def corrections_after_build(home: Home, day: datetime) -> list[tuple[Any, ...]]:
    build(home, day, *FINDINGS)
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
    build(home, DAYS[3], "finding")
    release(home, DAYS[3])
    life = rows(
        home.current / DATABASE, "select distinct first_seen_at, last_seen_at from quality.finding where is_open"
    )
    assert life == [(naive(DAYS[0]), naive(DAYS[3]))]


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbf\r\n\r\n",
        b'check_code,reason\n"no_accepted_file,"unclosed\n\n;;;\nno_accepted_file,"a, b",,,,,,,,,,,,,,\n',
        "check_code;reason;extra;reason\nno_accepted_file;lý do;x\n".encode("utf-16"),
        unicodedata.normalize("NFD", "file\tsheet\trow\tcolumn\nx\tDanh sách hộ\t1\tMã hộ\n").encode(),
        ("file,sheet,row,column,old_value\n" + "x" * 200_000 + ",a,99999999999999999999,b\n").encode(),
    ],
    ids=["mark-only", "quotes", "utf-16", "nfd-tabs", "huge"],
)
def test_a_hostile_decision_file_stops_nothing(home: Home, content: bytes) -> None:
    for name in ("waivers.csv", "corrections.csv"):
        (home.decisions / name).write_bytes(content)
    write_decisions(home)
    dbt(home, "run", "--select", "stg_waiver", "stg_correction_line", "stg_correction", "waiver", "correction")
    statuses = rows(
        build_file(home), "select distinct status from quality.waiver union select status from quality.correction"
    )
    assert {status for (status,) in statuses} <= {"invalid", "refused"}
    lines = [line for line in content.decode("utf-8", errors="ignore").splitlines()[1:] if len(line.strip(',;" ')) > 1]
    if lines and not content.startswith((b"\x00", b"\xff", b"\xfe")):
        assert rows(build_file(home), "select count(*) from quality.waiver")[0][0] >= len(lines)
