"""A closed year stays closed: later files and decisions are held, listed, and counted only once it is reopened."""

import csv
import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
from openpyxl import load_workbook

from base.home import Home
from base.release_layout import DATABASE, releases
from base.whole_file import BrokenFileError
from ingestion.closures import closed_years
from ingestion.decisions import CORRECTION_COLUMNS, WAIVER_COLUMNS
from ingestion.ingest import ingest
from ingestion.published_heads import open_registry
from operations.closing import Recognition, close_year
from publication.release import NotPublishedError, refuse_other_closed_figures
from reports.audit import labels_vi
from reports.audit.audit_workbook import write_workbook
from reports.audit.check_pages import decisions
from reports.audit.data import read_audit
from reports.audit.pages import commune_pages, coverage_pages, overview
from reports.closed_years import ClosedYear, read_closed_years
from reports.forms.make import make_forms
from reports.page import Site, write_page
from reports.profiles.pages import write_profiles
from reports.recognition import write_recognition
from reports.tables import ReleaseTables
from tests.support.homes import MICRO_FILES, SENT, copy_of, poverty, shared_micro_home
from tests.support.processes import forked
from tests.support.publish_tables import publish_tables

pytestmark = pytest.mark.build

# As the head of a household of the closed year is called: officers are named on purpose, whoever shares the name.
SIGNER = "Lê Thị Thu Liên"
DECISION_NUMBER = "218/QĐ-UBND"
DECISION = ("--decision", DECISION_NUMBER, "--date", "20/12/2024", "--signer", SIGNER, "--by", "Sở NN&MT")
CLOSE = ("close", "2024", *DECISION)
WAIVED = ("no_accepted_file", "recorded_not_recomputed", "same_submission_number")
REOPEN = ("reopen", "2024", "--by", "Sở NN&MT", "--reason", "xã gửi lại danh sách")


def rows(release: Path, query: str, *values: object) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(release / DATABASE), read_only=True) as connection:
        return connection.execute(query, list(values)).fetchall()


MARK = "select count(*), sum(hash(row_of)) from {} as row_of"


def published(release: Path) -> dict[str, list[tuple[Any, ...]]]:
    """A mark of all rows of every public table but the one that names the release; not of what is about files and
    decisions. Nothing came that is about a later year, so no table may change."""
    with duckdb.connect(str(release / DATABASE), read_only=True) as connection:
        tables = connection.execute(
            "select schema_name || '.' || table_name from duckdb_tables() where schema_name in ('marts', 'bi') "
            "and table_name <> 'release' order by all"
        ).fetchall()
        return {table: connection.execute(MARK.format(table)).fetchall() for (table,) in tables}


def land_later(home: Home) -> None:
    """The commune's file again, with a higher number and without its first poor household."""
    ((row,),) = rows(
        home.current,
        "select min(source_row) from marts.fct_household_year where survey_year = 2024 and commune_code = '29161' "
        "and poverty_class = 'poor'",
    )
    book = load_workbook(home.landing / SENT)
    cover = next(cells for cells in book.worksheets[0].iter_rows(max_col=2) if cells[0].value == "Lần gửi")
    cover[1].value = 9
    book["Hộ"].delete_rows(row)
    book.save(home.landing / "2024" / "later.xlsx")


def correct(home: Home, household: tuple[str, str, int, int]) -> None:
    """A correction of a household's member count, decided after the closing."""
    file, sheet, row, count = household
    with (home.decisions / "corrections.csv").open("a", encoding="utf-8", newline="") as target:
        csv.DictWriter(target, CORRECTION_COLUMNS).writerow(
            {"file": file, "sheet": sheet, "row": row, "column": "member_count", "old_value": count,
             "new_value": count + 1, "reason": "đối chiếu phiếu B", "decided_by": "Chi cục",
             "decided_on": "2025-01-05"}
        )  # fmt: skip


def waive(home: Home) -> None:
    """Waivers of every kind of finding that the closed year has, decided after the closing."""
    with (home.decisions / "waivers.csv").open("a", encoding="utf-8", newline="") as target:
        writer = csv.DictWriter(target, WAIVER_COLUMNS)
        for check in WAIVED:
            writer.writerow(
                {"check_code": check, "survey_year": 2024, "reason": "đã đối chiếu với xã", "decided_by": "Chi cục",
                 "decided_on": "2025-01-05", "expires_on": "2999-12-31"}
            )  # fmt: skip


def read_again(root: Path) -> None:
    """What `poverty ingest --reread` does, without Dagster."""
    report = ingest(Home(root), reread=True)
    assert report.read == len(MICRO_FILES) + 2, report  # the untidy file and the later one


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A copy of the micro home; nothing is closed yet."""
    return copy_of(shared_micro_home(), tmp_path_factory.mktemp("closing") / "home")


@pytest.fixture(scope="module")
def held(opened: Home) -> Home:
    """2024 is closed; a later file, a correction and waivers come, the archive is read again, a release is made."""
    file, row, count = rows(
        opened.current,
        "select source_file_id, source_row, member_count from marts.fct_household_year where survey_year = 2024 "
        "and poverty_class = 'poor' and commune_code = '28777' order by source_row limit 1",
    )[0]
    poverty(opened, *CLOSE, "--incomplete")
    land_later(opened)
    correct(opened, (file, "Hộ", row, count))
    waive(opened)
    assert forked(read_again, opened.root) == 0
    publish_tables(opened)
    return opened


def test_a_year_is_closed_only_as_it_is_published_and_decided(opened: Home) -> None:
    def refused(*options: str) -> str:
        said = " ".join(poverty(opened, *options, expect=2).stderr.split())
        assert not (opened.archive / "closed_years").exists()
        return said

    later = [*CLOSE]
    later[later.index("20/12/2024")] = "2999-01-01"
    bad = [*CLOSE]
    bad[bad.index("218/QĐ-UBND")] = "=1+1"
    assert "no accepted file of 146 communes" in refused(*CLOSE)
    assert "no figures of survey year 2023" in refused("close", "2023", *DECISION, "--incomplete")
    assert "--date must be a day from 2024-01-01 to today" in refused(*later)
    assert "--decision must be a number" in refused(*bad)
    assert "2024 is not closed (closed: none)" in refused(*REOPEN)
    assert "--reason" in refused(*REOPEN[:-1], "hộ 083060000001")


def test_what_comes_later_leaves_every_table_of_the_year_and_is_listed(held: Home) -> None:
    before, now = releases(held)[-2:]
    was, is_now = published(before), published(now)
    assert len(was) > 50
    assert [table for table, mark in was.items() if is_now[table] != mark] == []
    assert rows(now, "select distinct status from quality.finding where survey_year = 2024 order by 1") == [
        ("resolved",), ("waived",)
    ]  # fmt: skip
    (file,) = rows(now, "select source_file_id from quality.source_file where status = 'held'")[0]
    assert rows(now, "select survey_year, decision_number, signer, is_closed, held_files from quality.closed_year") == [
        (2024, "218/QĐ-UBND", SIGNER, True, 1)
    ]
    ((status, is_held, refusal),) = rows(now, "select status, is_held, refusal from quality.correction")
    assert (status, is_held, "năm rà soát đã chốt" in refusal) == ("refused", True, True)
    state = json.loads(poverty(held, "status", "--json", expect=1).stdout)
    assert state["closedYears"] == [
        {"surveyYear": 2024, "decisionNumber": "218/QĐ-UBND", "decidedOn": "2024-12-20",
         "signer": SIGNER, "heldFiles": [file]}
    ]  # fmt: skip
    assert f"Held until it is reopened: {file}." in poverty(held, "status").stdout.replace("\n", " ")
    assert rows(
        now,
        "select area_level, held_files, held_corrections, difference, value_with_held - approved_value "
        "from quality.closed_year_addendum where measure = 'poor_households' order by all",
    ) == [
        ("commune", 0, 1, 0, 0), ("commune", 1, 0, -1, -1), ("district", 0, 1, 0, 0), ("district", 1, 0, -1, -1),
        ("province", 1, 1, -1, -1),
    ]  # fmt: skip
    assert "1 files held" in poverty(held, "diff", "previous", "current").stdout


def test_neither_a_withdrawal_nor_a_rollback_nor_a_second_decision_opens_it(held: Home) -> None:
    registry, current = held.registry.read_bytes(), held.current.resolve()
    assert "is closed already" in poverty(held, *CLOSE, "--incomplete", expect=2).stderr
    for command in ("withdraw", "erase"):
        said = poverty(held, command, SENT, "--reason", "gửi nhầm", "--by", "Phòng Lao động", expect=2).stderr
        assert "`poverty reopen 2024` first" in said
    said = " ".join(poverty(held, "rollback", "previous", expect=1).stderr.split())
    assert "was made before and has it open" in said
    assert (held.registry.read_bytes(), held.current.resolve()) == (registry, current)


def test_other_figures_of_a_closed_year_are_not_published(held: Home, tmp_path: Path) -> None:
    """Whatever changes them: here a line that the closing counted is gone, as it were."""
    home = copy_of(held, tmp_path / "home")
    with duckdb.connect(str(home.build_file)) as connection:
        connection.execute(
            "update marts.area_year set poor_households = poor_households + 1 "
            "where survey_year = 2024 and area_code = '29161' and boundary = 'as_reviewed'"
        )
    with pytest.raises(NotPublishedError, match="2024 is closed .* poor_households of 29161 is .* approved"):
        refuse_other_closed_figures(home)
    (figures,) = (home.archive / "closed_years").iterdir()
    figures.chmod(0o600)
    figures.write_bytes(figures.read_bytes() + b" ")
    with pytest.raises(BrokenFileError, match="missing or damaged"):
        refuse_other_closed_figures(home)


def test_a_forged_closing_is_noticed(held: Home, tmp_path: Path) -> None:
    home = copy_of(held, tmp_path / "home", with_build=False)
    written = home.registry.read_text(encoding="utf-8")
    home.registry.write_text(written.replace("218/QĐ-UBND", "219/QĐ-UBND"), encoding="utf-8")
    assert "an entry was altered or removed" in " ".join(poverty(home, "status", expect=1).stderr.split())


def test_a_killed_closing_closes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = copy_of(shared_micro_home(), tmp_path / "home")
    decision = Recognition("218/QĐ-UBND", date(2024, 12, 20), SIGNER)

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("ingestion.registry.write_whole", stop)
        with pytest.raises(KeyboardInterrupt):
            close_year(home, 2024, decision, "Sở", incomplete=True)
    assert closed_years(open_registry(home)) == {}
    with monkeypatch.context() as patch:
        patch.setattr("operations.closing.write_registry_tables", stop)
        with pytest.raises(KeyboardInterrupt):
            close_year(home, 2024, decision, "Sở", incomplete=True)
    assert [*closed_years(open_registry(home))] == [2024]
    with pytest.raises(NotPublishedError, match="closed or reopened since the build"):
        refuse_other_closed_figures(home)


def test_forms_and_pages_show_the_approved_figure_and_the_addendum(held: Home, tmp_path: Path) -> None:
    ((approved,),) = rows(
        held.current,
        "select poor_households from marts.area_year where survey_year = 2024 and area_code = '29161' "
        "and boundary = 'as_reviewed'",
    )
    decision = f"Quyết định số 218/QĐ-UBND ngày 20/12/2024, người ký: {SIGNER}"
    addendum = f"hộ nghèo {approved - 1} (đã phê duyệt {approved})"
    (form,) = make_forms(held, 2024, "29161").files
    texts = [str(cell.value) for row in load_workbook(form).worksheets[0].iter_rows() for cell in row]
    assert any(decision in text for text in texts)
    assert any(addendum in text for text in texts)
    site = Site(tmp_path, held.current.resolve().name, "provisional", None, has_printed_figures=True)
    audit = read_audit(held.current, site.release_id, site.maturity, None)
    for name, template, context in (*commune_pages(audit), *coverage_pages(audit)):
        if name in ("communes/28777.html", "communes/29161.html", "coverage.html"):
            place = f"audit/templates/{template}.html.j2"
            write_page(site, f"audit/{name}", place, page=name, audit=audit, labels=labels_vi, **context)
    write_profiles(held.current, site)
    pages = {str(path.relative_to(tmp_path)): path.read_text(encoding="utf-8") for path in tmp_path.rglob("*.html")}
    commune, area, other = "audit/communes/29161.html", "profiles/as_reviewed/29161.html", "audit/communes/28777.html"
    assert addendum in pages[commune]
    assert addendum in pages[area]
    assert "chỉ tính khi năm được mở lại" in pages[commune]
    assert "không tính vào số liệu: 1 đính chính sau khi chốt năm 2024 được giữ lại và chưa" in pages[other]
    ((file,),) = rows(held.current, "select source_file_id[:8] from quality.source_file where status = 'held'")
    for said in (DECISION_NUMBER, SIGNER, "Sở NN&amp;MT", "đã chốt", f"<td>{file}</td>", '"decisions.html">1</a>'):
        assert said in pages["audit/coverage.html"].split("năm được mở lại</h2>")[1]
    ((province,),) = rows(held.current, "select distinct area_code from marts.area_year where area_level = 'province'")
    assert "Ngoài ra 1 đính chính" in pages[f"profiles/{province}.html"]
    for name in (commune, area, other, f"profiles/{province}.html"):
        assert decision in pages[name]


def test_the_recognition_lists_are_those_of_the_decision(held: Home) -> None:
    assert "is not closed" in poverty(held, "recognition", "2025", expect=1).stderr
    poverty(held, "recognition", "2024")
    files = sorted((held.root / "private" / "recognition").rglob("*.xlsx"))
    assert [file.name for file in files] == ["cong-nhan-2024-28777.xlsx", "cong-nhan-2024-29161.xlsx"]
    for file in files:
        assert file.stat().st_mode & 0o777 == 0o600
        assert file.parent.stat().st_mode & 0o777 == 0o700
        book = load_workbook(file)
        assert book.sheetnames == ["Cấp giấy chứng nhận", "Thoát nghèo"]
        for page in book.worksheets:
            texts = [cell.value for row in page.iter_rows() for cell in row if isinstance(cell.value, str)]
            assert "(Kèm theo Quyết định số 218/QĐ-UBND ngày 20/12/2024)" in texts
            assert f"Người ký quyết định: {SIGNER}" in texts
        listed = [row[8].value for row in book.worksheets[0].iter_rows() if isinstance(row[0].value, int)]
        ((poor, near_poor),) = rows(
            held.current,
            "select poor_households, near_poor_households from marts.area_year where survey_year = 2024 "
            "and area_code = ? and boundary = 'as_reviewed'",
            file.stem[-5:],
        )
        assert listed == ["Hộ nghèo"] * poor + ["Hộ cận nghèo"] * near_poor


def test_a_signer_is_never_a_formula(held: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In every workbook that names the signer; that its writers keep `+`, `-` and `@` too has tests of its own."""
    signer = "=1+1"

    def closed(tables: ReleaseTables) -> dict[int, ClosedYear]:
        return {year: replace(one, signer=signer) for year, one in read_closed_years(tables).items()}

    monkeypatch.setattr("reports.forms.year_figures.read_closed_years", closed)
    audit = read_audit(held.current, held.current.resolve().name, "provisional", None)
    audit.closings = [{**row, "signer": signer} for row in audit.closings]
    decisions(audit)
    write_workbook(tmp_path / "audit.xlsx", audit, overview(audit)[2], [], None, None)
    books = [*make_forms(held, 2024, "29161").files, *write_recognition(held, 2024, "29161"), tmp_path / "audit.xlsx"]
    for path in books:
        cells = [cell for page in load_workbook(path) for row in page.iter_rows() for cell in row]
        named = [cell for cell in cells if signer in str(cell.value)]
        assert {cell.data_type for cell in named} == {"s"}, path.name
        assert [cell.quotePrefix for cell in named if cell.value == signer] == [True] * (path.name == "audit.xlsx")


def test_a_reopened_year_counts_what_was_held(held: Home, tmp_path: Path) -> None:
    with duckdb.connect(str(held.build_file), read_only=True) as connection:
        ((name,),) = connection.execute(
            "select head_name from staging.stg_household where length(head_name) - length(replace(head_name, ' ', '')) "
            "> 2 order by all limit 1"
        ).fetchall()
    said = poverty(held, *REOPEN[:-1], f"danh sách của {name} gửi lại", expect=2).stderr
    assert "--reason" in said
    assert name not in said
    assert [*closed_years(open_registry(held))] == [2024]
    assert "counts 1 files that were held" in poverty(held, *REOPEN).stdout
    publish_tables(held)
    now = held.current
    assert rows(now, "select count(*) from quality.source_file where status = 'held'") == [(0,)]
    assert rows(now, "select status, is_held from quality.correction") == [("applied", False)]
    assert rows(
        now,
        "select submission_number from quality.source_file where survey_year = 2024 and commune_code = '29161' "
        "and status = 'accepted'",
    ) == [(9,)]
    assert rows(now, MARK.format("marts.area_year")) != rows(releases(held)[-2], MARK.format("marts.area_year"))
    assert rows(now, "select count(*) from quality.closed_year_addendum") == [(0,)]
    assert rows(now, "select is_closed, reopened_by, reopen_reason from quality.closed_year") == [
        (False, "Sở NN&MT", "xã gửi lại danh sách")
    ]
    audit = read_audit(now, now.resolve().name, "provisional", None)
    (_, template, context), *_ = coverage_pages(audit)
    site = Site(tmp_path, now.resolve().name, "provisional", None, has_printed_figures=True)
    write_page(site, "coverage.html", f"audit/templates/{template}.html.j2", page="coverage.html", audit=audit,
               labels=labels_vi, **context)  # fmt: skip
    listed = (tmp_path / "coverage.html").read_text(encoding="utf-8").split("năm được mở lại</h2>")[1]
    for said in (DECISION_NUMBER, SIGNER, ">được mở lại<", "Sở NN&amp;MT, ", "xã gửi lại danh sách", "<td>–</td>"):
        assert said in listed
