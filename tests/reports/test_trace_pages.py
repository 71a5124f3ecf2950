"""Every figure of an area in the audit site leads to the rows behind it, and the rows listed there add up to it."""

import re
import shutil
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

import duckdb
import pytest

from audit.trace import Tracer
from audit.year_trace import YearTracer
from base.home import Home
from base.release_layout import DATABASE
from reports.audit import labels_vi
from reports.audit.data import read_audit
from reports.audit.figure_links import MEASURES, PAGES
from reports.audit.measure_labels_vi import RATES
from reports.audit.trace_pages import trace_pages
from reports.numbers import count_vi, percent_vi
from reports.page import Site, write_page
from reports.tables import Row

YEAR = 2023  # with districts
LISTED = ("poor_households", "near_poor_households", "average_households", "female_headed_households")


class _Table(HTMLParser):
    """Rows of a page's tables: the row's id, and of each cell its text and the links in it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.rows: list[tuple[str | None, list[tuple[str, list[str]]]]] = []
        self._is_in_cell = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        if tag == "tr":
            self.rows.append((attributes.get("id"), []))
        elif tag == "td":
            self.rows[-1][1].append(("", []))
            self._is_in_cell = True
        elif tag == "a" and self._is_in_cell and attributes.get("href"):
            self.rows[-1][1][-1][1].append(str(attributes["href"]))

    def handle_endtag(self, tag: str) -> None:
        self._is_in_cell = self._is_in_cell and tag != "td"

    def handle_data(self, data: str) -> None:
        if self._is_in_cell:
            text, links = self.rows[-1][1][-1]
            self.rows[-1][1][-1] = (text + data, links)


@pytest.fixture(scope="module")
def audit_site(clean_home: Home) -> Path:
    return clean_home.current.resolve() / "reports" / "audit"


@pytest.fixture(scope="module")
def published(clean_home: Home) -> dict[str, Row]:
    """{area: its row of area_year} of the year."""
    with duckdb.connect(str(clean_home.current / DATABASE), read_only=True) as connection:
        result = connection.execute(
            "from marts.area_year where survey_year = ? and boundary = 'as_reviewed' "
            "and area_level in ('province', 'district', 'commune')",
            [YEAR],
        )
        names = [column[0] for column in result.description]
        rows = [dict(zip(names, row, strict=True)) for row in result.fetchall()]
    assert {row["area_level"] for row in rows} == {"province", "district", "commune"}
    return {str(row["area_code"]): row for row in rows}


def _shown(measure: str, value: object) -> str:
    return percent_vi(value) if measure in RATES else count_vi(value)  # type: ignore[arg-type]


def test_every_figure_of_every_area_is_linked_to_its_row(audit_site: Path, published: dict[str, Row]) -> None:
    page = audit_site / "figures" / f"{YEAR}.html"
    anchors: dict[Path, set[str | None]] = {}
    seen = Counter[str]()
    for _, cells in _Table(page.read_text(encoding="utf-8")).rows:
        if not cells:
            continue
        area = cells[0][0]
        for measure, (text, links) in zip(MEASURES, cells[2:], strict=True):
            value = published[area][measure]
            assert text == _shown(measure, value)
            assert (not links) == (value is None), (area, measure)
            for link in links:
                path, _, anchor = link.partition("#")
                target = (page.parent / path).resolve()
                if target not in anchors:
                    anchors[target] = {row_id for row_id, _ in _Table(target.read_text(encoding="utf-8")).rows}
                assert anchor == f"a{area}"
                assert anchor in anchors[target]
                seen[area] += 1
    assert set(seen) == set(published)
    assert len(anchors) == len(PAGES)


def test_the_years_of_a_commune_are_linked_on_its_page(audit_site: Path, clean_home: Home) -> None:
    with duckdb.connect(str(clean_home.current / DATABASE), read_only=True) as connection:
        years = connection.execute(
            "select survey_year, poor_households from marts.area_year where area_level = 'commune' "
            "and boundary = 'as_reviewed' and area_code = '29161' order by survey_year"
        ).fetchall()
    text = (audit_site / "communes" / "29161.html").read_text(encoding="utf-8")
    assert len(years) > 2
    for year, value in years:
        assert f'<a href="../trace/{year}-poor.html#a29161">{count_vi(value)}</a>' in text


@pytest.mark.parametrize("measure", LISTED)
def test_the_rows_listed_add_up(audit_site: Path, clean_home: Home, published: dict[str, Row], measure: str) -> None:
    page = next(page for page, (_, measures) in PAGES.items() if measure in measures)
    shown = PAGES[page][1]
    with duckdb.connect(str(clean_home.current / DATABASE), read_only=True) as connection:
        members = {
            (file, row): count
            for file, row, count in connection.execute(
                "select left(source_file_id, 8), source_row, member_count from marts.fct_household_year "
                "where survey_year = ?",
                [YEAR],
            ).fetchall()
        }
        district_of = dict(
            connection.execute(
                "select commune_code, district_code from marts.dim_commune where make_date(?, 12, 14) >= valid_from "
                "and (valid_to is null or make_date(?, 12, 14) < valid_to)",
                [YEAR, YEAR],
            ).fetchall()
        )
    households, persons = Counter[str](), Counter[str]()
    for row_id, cells in _Table((audit_site / "trace" / f"{YEAR}-{page}.html").read_text(encoding="utf-8")).rows:
        if row_id is None or published[row_id[1:]]["area_level"] != "commune" or len(cells) < 2 + len(shown) + 4:
            continue
        file, rows = cells[-4][0][:8], cells[-1][0]
        for first, last in re.findall(r"(\d+)(?:–(\d+))?", rows):
            for row in range(int(first), int(last or first) + 1):
                for area in (row_id[1:], district_of[row_id[1:]], "former-83"):
                    households[area] += 1
                    persons[area] += members[file, row] or 0
    for area, figures in published.items():
        assert households[area] == figures[measure], area
        if measure.replace("households", "persons") in shown:
            assert persons[area] == figures[measure.replace("households", "persons")], area
    assert sum(households.values()) > 0


def test_all_communes_at_once_are_traced_as_one_by_one(clean_home: Home, published: dict[str, Row]) -> None:
    with YearTracer(clean_home.current) as years, Tracer(clean_home.current) as single:
        for measure in MEASURES:
            figure = years.figure(YEAR, measure)
            for area, row in published.items():
                if row["area_level"] == "commune":
                    traced = single.trace(YEAR, area, measure)
                    assert figure.value([area]) == traced.traced_value == row[measure]
                    rows = {(r.source_file_id, r.sheet, r.source_row) for r in traced.records if r.part == "numerator"}
                    one = figure.counted.get(area)
                    assert rows == ({(one.source_file_id, one.sheet, n) for n in one.rows} if one else set())


def test_a_figure_that_its_rows_do_not_give_is_marked(clean_home: Home, tmp_path: Path) -> None:
    release = tmp_path / clean_home.current.resolve().name
    release.mkdir()
    shutil.copyfile(clean_home.current / DATABASE, release / DATABASE)
    with duckdb.connect(str(release / DATABASE)) as connection:
        connection.execute(
            "update marts.area_year set poor_persons = poor_persons + 1 where survey_year = ? and area_code = '29161' "
            "and boundary = 'as_reviewed'",
            [YEAR],
        )
    audit = read_audit(release, release.name, "final", None)
    pages = {name: context for name, _, context in trace_pages(audit, release)}
    assert {name for name, context in pages.items() if context["differences"]} == {f"trace/{YEAR}-poor.html"}
    site = Site(tmp_path / "reports", release.name, "final", None, False)
    written = write_page(
        site, "audit/trace/a.html", "audit/templates/trace.html.j2", page="trace/a.html", audit=audit,
        labels=labels_vi, **pages[f"trace/{YEAR}-poor.html"],
    ).read_text(encoding="utf-8")  # fmt: skip
    assert "1 số trên trang này KHÁC" in written
    assert written.count("≠ ") == 1


def test_the_site_stays_small(audit_site: Path) -> None:
    files = [path for path in audit_site.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) < 25_000_000
