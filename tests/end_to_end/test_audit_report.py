"""The audit report of two releases: faults are planted, one is fixed, and every page, sheet and list must tell it."""

import re
from html.parser import HTMLParser
from pathlib import Path

import duckdb
import openpyxl
import pytest

from base.home import Home
from base.release_layout import read_datapackage, releases
from reports.audit.figure_links import PAGES
from reports.numbers import count_vi
from tests.support.browser import open_browser, visit
from tests.support.homes import poverty
from tests.support.two_releases import INCOME, RESIDENTS, YEARS, unreadable_cell

_SHEETS = ["Tổng quan", "Độ phủ", "Tệp", "Phát hiện", "Kiểm tra", "Đối chiếu", "Số liệu công bố", "Liên kết",
           "Miễn trừ và đính chính", "Thay đổi"]  # fmt: skip


class Faulty:
    """The home with two releases, and what its second one says."""

    def __init__(self, home: Home):
        self.home, self.cell, self.first = home, unreadable_cell(home), releases(home)[0]
        self.release = home.current.resolve()
        self.audit = self.release / "reports" / "audit"

    def rows(self, query: str) -> list[tuple[object, ...]]:
        with duckdb.connect(str(self.release / "poverty.duckdb"), read_only=True) as connection:
            return connection.execute(query).fetchall()

    def count(self, table: str, condition: str = "true") -> int:
        return int(str(self.rows(f"select count(*) from {table} where {condition}")[0][0]))

    def page(self, name: str) -> str:
        return (self.audit / name).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def faulty(two_releases_home: Home) -> Faulty:
    return Faulty(two_releases_home)


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        self.found += [value for name, value in attrs if name in ("href", "src") and value]


def test_every_link_of_the_site_leads_somewhere_on_the_disk(micro_home: Home) -> None:
    pages = sorted((micro_home.current / "reports" / "audit").rglob("*.html"))
    assert len(pages) > 48  # the communes of today
    names: dict[Path, set[str]] = {}
    for page in pages:
        links = _Links()
        links.feed(page.read_text(encoding="utf-8"))
        assert links.found
        for link in links.found:
            path, _, anchor = link.partition("#")
            target = (page.parent / path).resolve() if path else page
            assert target.exists(), f"{page.name}: {link}"
            if anchor and target not in names:
                names[target] = set(re.findall(r'id="([^"]*)"', target.read_text(encoding="utf-8")))
            assert not anchor or anchor in names[target], f"{page.name}: {link}"


def test_every_page_opens_without_errors_or_network_and_prints(micro_home: Home) -> None:
    audit = micro_home.current / "reports" / "audit"
    communes = sorted((audit / "communes").glob("*.html"))
    pages = [*audit.glob("*.html"), communes[0], communes[-1]]
    # One of each kind: they differ by the year, which ends the name.
    for folder in ("trace", "figures"):
        pages += {re.sub(r"\d{4}", "", page.stem): page for page in (audit / folder).glob("*.html")}.values()
    with open_browser() as browser:
        for page in pages:
            seen = visit(browser, page)
            assert (seen.console_errors, seen.network_requests) == ([], []), page
            assert seen.page.locator("h1").count() == 1
            for width in (1200, 390):
                seen.page.set_viewport_size({"width": width, "height": 900})
                wide = seen.page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
                assert not wide, f"{page.name} scrolls sideways on {width} px"
            if page.stem in ("index", "coverage", "findings"):
                assert seen.page.pdf(format="A4").startswith(b"%PDF")


def test_a_clerk_finds_what_to_correct_in_three_clicks(faulty: Faulty) -> None:
    with open_browser() as browser:
        page = visit(browser, faulty.release / "reports" / "index.html").page
        page.get_by_text("Báo cáo kiểm toán số liệu").click()
        page.get_by_role("link", name="Xã, phường", exact=True).click()
        page.get_by_role("searchbox").fill("an hiep 29158")
        shown = page.locator("tbody tr:visible")
        assert shown.count() == 1
        shown.get_by_role("link").click()
        assert "29158" in page.locator("h1").inner_text()
        finding = page.locator("table[data-filter] tbody tr", has_text=INCOME)
        assert finding.count() == 1
        assert "2027" in finding.inner_text()
        assert "Hộ gia đình" in finding.inner_text()


def test_the_filter_hides_what_does_not_fit_and_counts(faulty: Faulty) -> None:
    with open_browser() as browser:
        page = visit(browser, faulty.audit / "communes.html").page
        everyone = page.locator("tbody tr").count()
        assert page.locator("tbody tr:visible").count() == everyone
        page.get_by_role("searchbox").fill("PHUONG ben tre")
        named = page.locator("tbody tr:visible")
        assert named.get_by_role("link").all_inner_texts() == ["Phường Bến Tre"]
        assert page.get_by_role("status").inner_text() == f"1 / {everyone} dòng"
        page.get_by_role("searchbox").fill("không có xã nào tên thế này")
        assert page.locator("tbody tr:visible").count() == 0
        page.goto((faulty.audit / "findings.html").as_uri())
        page.get_by_label("Mức").select_option("Cảnh báo")
        shown = page.locator("table[data-filter] tbody tr:visible td:first-child").all_inner_texts()
        assert shown
        assert set(shown) == {"Cảnh báo"}


def test_the_figures_of_the_overview_are_those_of_the_tables(faulty: Faulty) -> None:
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", faulty.page("index.html")))
    figures = {
        "tệp đã nhận": faulty.count("quality.source_file"),
        "lỗi còn mở": faulty.count("quality.finding", "status = 'open' and severity = 'error'"),
        "cảnh báo còn mở": faulty.count("quality.finding", "status = 'open' and severity = 'warning'"),
        "số tổng hợp của xã khác danh sách": faulty.count("quality.reconciliation", "not is_matched"),
    }
    for words, figure in figures.items():
        assert f"{count_vi(figure)} {words}" in text
    description = read_datapackage(faulty.release)
    assert description is not None
    assert description["maturity"] == "provisional"
    assert "Số liệu tạm thời" in text
    for number in re.findall(r"\d+", " ".join(description["maturityReasons"])):
        assert count_vi(int(number)) in text


def test_the_grid_of_coverage_adds_up_to_the_area_table(faulty: Faulty) -> None:
    text = faulty.page("coverage.html")
    states = re.findall(r'<td class="state ([CTLK])"', text)
    expected, received = faulty.rows(
        "select sum(communes_expected), sum(communes_received) from marts.area_year "
        "where area_level = 'province' and boundary = 'as_reviewed'"
    )[0]
    assert len(states) == expected
    assert sum(state in "CT" for state in states) == received


def test_every_check_is_listed_with_its_result(micro_home: Home) -> None:
    audit = micro_home.current / "reports" / "audit"
    text = "".join((audit / name).read_text(encoding="utf-8") for name in ("checks.html", "expectations.html"))
    with duckdb.connect(str(micro_home.current / "poverty.duckdb"), read_only=True) as connection:
        results = connection.execute("select check_id, is_passed from quality.check_result").fetchall()
    assert text.count('<span class="tag good">Đạt</span>') == sum(passed for _, passed in results)
    assert [check_id for check_id, _ in results if f"<code>{check_id}</code>" not in text] == []
    assert "chặn phát hành" in text


def test_every_page_of_rows_says_that_they_add_up(faulty: Faulty) -> None:
    pages = sorted((faulty.audit / "trace").glob("*.html"))
    assert len(pages) == len(YEARS) * len(PAGES)
    for page in pages:
        assert "đúng bằng số đã công bố" in page.read_text(encoding="utf-8"), page.name


def test_no_page_says_none(faulty: Faulty) -> None:
    pages = [*faulty.audit.glob("*.html"), *faulty.audit.glob("co*/*.html")]
    assert [page.name for page in pages if re.search(r"\bNone\b", page.read_text(encoding="utf-8"))] == []


def test_a_first_release_says_so(micro_home: Home) -> None:
    changes = micro_home.current / "reports" / "audit" / "changes.html"
    assert "bản phát hành đầu tiên" in changes.read_text(encoding="utf-8")


def test_the_second_release_tells_what_changed(faulty: Faulty) -> None:
    text = faulty.page("changes.html")
    assert faulty.first.name in text
    new_file = faulty.rows(
        "select left(source_file_id, 8) from quality.source_file where commune_code = '29167' and survey_year = 2026 "
        "and status = 'accepted'"
    )[0][0]
    assert f"<td>{new_file}</td>" in text
    assert "tệp mới" in text
    first_screen, _, details = text.partition("<h2>Tệp</h2>")
    assert "số liệu đổi do tệp mới" in first_screen
    assert f"<b>{count_vi(RESIDENTS)}</b>" in details
    total = int(re.findall(r"([\d.]+) số liệu khác nhau", first_screen)[0].replace(".", ""))
    places = details.partition("<h2>Nơi và năm có số liệu thay đổi</h2>")[2].partition("</table>")[0]
    assert total > 5000
    assert 2 < places.count("<tr>") < 15, "a line for a place and year, not for each figure"
    with duckdb.connect(str(faulty.first / "poverty.duckdb"), read_only=True) as connection:
        before = {
            row[0] for row in connection.execute("select finding_id from quality.finding where is_open").fetchall()
        }
    now = {str(row[0]) for row in faulty.rows("select finding_id from quality.finding where is_open")}
    overview = re.sub(r"\s+", " ", faulty.page("index.html"))
    assert before - now
    assert f"{count_vi(len(before - now))} phát hiện đã hết, {count_vi(len(now - before))} phát hiện mới" in overview


def test_the_workbook_holds_every_row_of_the_tables(faulty: Faulty) -> None:
    book = openpyxl.load_workbook(faulty.audit / "audit.xlsx")
    assert book.sheetnames == _SHEETS
    for sheet in book:
        assert sheet.freeze_panes == "A4"
        assert sheet.auto_filter.ref
        assert sheet.print_title_rows
    tables = {"Phát hiện": "quality.finding", "Kiểm tra": "quality.check_result", "Đối chiếu": "quality.reconciliation",
              "Số liệu công bố": "quality.published_figure"}  # fmt: skip
    for name, table in tables.items():
        assert sum(1 for _ in book[name].iter_rows(min_row=4)) == faulty.count(table), name
    open_in_book = sum(row[1] == "còn mở" for row in book["Phát hiện"].iter_rows(min_row=4, values_only=True))
    assert open_in_book == faulty.count("quality.finding", "status = 'open'")
    changes = [row[0] for row in book["Thay đổi"].iter_rows(min_row=4, values_only=True)]
    assert 2 < changes.count("Nơi và năm") < 15
    assert changes.count("Số liệu") < 200, "derived figures are counted, not listed"


def test_feedback_names_the_cell_and_lists_exactly_the_open_findings(faulty: Faulty) -> None:
    poverty(faulty.home, "feedback", "--year", "2027", "--commune", "29158")
    folder = faulty.home.root / "reports" / "feedback" / faulty.release.name
    rows = list(openpyxl.load_workbook(folder / "2027-29158.xlsx").active.iter_rows(min_row=6, values_only=True))
    condition = "status = 'open' and survey_year = 2027 and commune_code = '29158'"
    assert len(rows) == faulty.count("quality.finding", condition)
    assert [row[3] for row in rows if str(row[4]).startswith("Giá trị")].count(faulty.cell) <= 1
    assert faulty.cell in [row[3] for row in rows]
    assert all(row[4] and row[5] for row in rows)
    assert all(row[7:10] == (None,) * 3 and len(row[10]) >= 8 for row in rows)
    said = poverty(faulty.home, "feedback", "--year", "2027")
    communes = faulty.rows(
        "select distinct commune_code from quality.finding where status = 'open' and survey_year = 2027"
    )
    assert {path.name for path in folder.glob("2027-*.xlsx")} == {f"2027-{code}.xlsx" for (code,) in communes}
    assert str(folder) in said.stdout


def test_feedback_says_when_there_is_nothing_and_refuses_what_is_unknown(faulty: Faulty) -> None:
    clean = faulty.rows(
        "select area_code from marts.area_year where survey_year = 2026 and area_level = 'commune' "
        "and boundary = 'as_reviewed' and area_code not in (select commune_code from quality.finding "
        "where status = 'open' and survey_year = 2026 and commune_code is not null) limit 1"
    )[0][0]
    said = poverty(faulty.home, "feedback", "--year", "2026", "--commune", str(clean))
    assert "nothing to correct" in said.stdout
    assert (
        "no commune 99999" in poverty(faulty.home, "feedback", "--year", "2026", "--commune", "99999", expect=2).stderr
    )
    assert "no year 2022" in poverty(faulty.home, "feedback", "--year", "2022", expect=2).stderr


def test_every_fault_of_the_noisy_pack_is_in_the_site(noisy_home: Home) -> None:
    release = noisy_home.current.resolve()
    with duckdb.connect(str(release / "poverty.duckdb"), read_only=True) as connection:
        findings = connection.execute(
            "select distinct check_code from quality.finding where status = 'open'"
        ).fetchall()
    text = (release / "reports" / "audit" / "by-check.html").read_text(encoding="utf-8")
    assert [code for (code,) in findings if f'id="{code}"' not in text] == []
    assert (release / "reports" / "audit" / "communes" / "unknown.html").exists()


def test_every_file_is_on_the_pages_of_coverage_whatever_became_of_it(noisy_home: Home) -> None:
    release = noisy_home.current.resolve()
    with duckdb.connect(str(release / "poverty.duckdb"), read_only=True) as connection:
        files = connection.execute(
            "select coalesce(survey_year::varchar, 'unknown'), left(source_file_id, 8), status from quality.source_file"
        ).fetchall()
    assert {"accepted", "rejected", "superseded"} <= {status for _, _, status in files}
    words = {"accepted": "đang dùng", "rejected": "bị loại", "superseded": "đã có bản thay"}
    for year, file_id, status in files:
        page = (release / "reports" / "audit" / "coverage" / f"{year}.html").read_text(encoding="utf-8")
        row = next(row for row in page.split("<tr>") if f"<td>{file_id}</td>" in row)
        assert words[status] in row
        assert status == "accepted" or "<td>–</td></tr>" not in row, "it says why"


def test_the_successor_of_a_commune_is_asked_and_no_district(noisy_home: Home) -> None:
    release = noisy_home.current.resolve()
    audit = release / "reports" / "audit"
    gone = (audit / "communes" / "28765.html").read_text(encoding="utf-8")
    assert '<a href="28777.html">Phường An Hội</a> sửa thay' in gone
    assert "Phường 4" in (audit / "communes" / "28777.html").read_text(encoding="utf-8")
    for name in ("index", "findings", "by-check", "checks", "expectations"):
        assert "Huyện</" not in (audit / f"{name}.html").read_text(encoding="utf-8"), name
    said = poverty(noisy_home, "feedback", "--year", "2021", "--commune", "28765").stdout
    assert "its successor 28777 Phường An Hội" in said
    path = noisy_home.root / "reports" / "feedback" / release.name / "2021-28777.xlsx"
    rows = list(openpyxl.load_workbook(path).active.iter_rows(min_row=6, values_only=True))
    assert any("của Phường 4 (28765)" in row[2] for row in rows)
    assert "Huyện" not in {row[6] for row in rows}
