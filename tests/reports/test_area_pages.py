"""The pages of all areas: every area in both boundaries, every number from the marts, and each number's rows."""

import json
import re
import shlex
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import duckdb
import pytest
from playwright.sync_api import Browser

from audit.trace import Tracer
from base.boundaries import BOUNDARIES, boundary_problems
from base.home import Home
from base.release_layout import DATABASE
from reports.numbers import count_vi, percent_vi
from reports.profiles.area_figures import Area
from reports.profiles.compare import _ground
from tests.support.browser import open_browser, visit

COMMUNE = "29158"  # of today; before 2025 its ground was three communes, of which one sends files here
_OPTIONS = {"class": "poverty_class"}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with open_browser() as opened:
        yield opened


class _Lines(HTMLParser):
    """{options of the trace: the texts of its cells by year} of the page of an area."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: dict[str, list[str]] = {}
        self._cells: list[str] | None = None
        self._is_cell = False

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        trace = dict(attributes).get("data-trace")
        if tag == "tr":
            self._cells = self.lines.setdefault(trace, []) if trace else None
        self._is_cell = tag == "td" or (tag == "a" and self._is_cell)

    def handle_data(self, data: str) -> None:
        if self._is_cell and self._cells is not None and data.strip():
            self._cells.append(data)
            self._is_cell = False


def lines_of(page: Path) -> dict[str, list[str]]:
    found = _Lines()
    found.feed(page.read_text(encoding="utf-8"))
    return found.lines


def test_every_area_has_a_page_in_both_boundaries_and_the_list_leads_to_it(clean_home: Home) -> None:
    with duckdb.connect(str(clean_home.current / DATABASE), read_only=True) as connection:
        areas = connection.execute("select distinct boundary, area_code from marts.area_year").fetchall()
    profiles = clean_home.current / "reports" / "profiles"
    pages = {path.relative_to(profiles).as_posix() for path in profiles.glob("*/*.html")}
    assert pages == {f"{boundary}/{code}.html" for boundary, code in areas}
    assert ("harmonised", COMMUNE) in areas
    assert pages <= set(re.findall(r'href="([^"]+)"', (profiles / "index.html").read_text(encoding="utf-8")))


def test_the_rows_behind_every_number_of_a_year_give_it_again(clean_home: Home) -> None:
    """The command that the page shows for a number, of a commune of today before its communes were one."""
    lines = lines_of(clean_home.current / "reports" / "profiles" / "harmonised" / f"{COMMUNE}.html")
    counted = 0
    with Tracer(clean_home.current) as tracer:
        for trace, cells in lines.items():
            words = shlex.split(trace)
            given = {name.removeprefix("--"): value for name, value in zip(words[::2], words[1::2], strict=True)}
            options = {_OPTIONS.get(name, name): value for name, value in given.items() if name != "measure"}
            place = 2024 - 2021
            if cells[place] == "–":
                continue
            traced = tracer.trace(2024, COMMUNE, given["measure"], boundary="harmonised", **options)  # type: ignore[arg-type]
            assert traced.gives_figure_again, trace
            shown = percent_vi if isinstance(traced.published_value, float) else count_vi
            assert shown(traced.published_value) == cells[place], trace
            counted += bool(traced.records)
    measures = {shlex.split(trace)[1] for trace in lines}
    assert measures >= {"cause_households", "ethnicity_households", "deprived_children", "newly_arisen", "intensity"}
    assert counted > 50


def test_areas_are_compared_by_year_and_figure(clean_home: Home, browser: Browser) -> None:
    with duckdb.connect(str(clean_home.current / DATABASE), read_only=True) as connection:
        wanted = connection.execute(
            "select area_code, deprived_households from marts.indicator_area_year where boundary = 'harmonised' "
            "and area_level = 'commune' and survey_year = 2023 and poverty_class = 'near_poor' "
            "and indicator_code = 'sanitation' order by 2, 1"
        ).fetchall()
    seen = visit(browser, clean_home.current / "reports" / "profiles" / "compare.html", width=390)
    assert seen.console_errors == seen.network_requests == []
    assert seen.page.evaluate("document.documentElement.scrollWidth") <= 390
    seen.page.select_option("#year", "2023")
    seen.page.select_option("#line", "near_poor/sanitation")
    seen.page.get_by_role("button", name="Số liệu").click()  # the smallest first
    rows = seen.page.eval_on_selector_all(
        "#compared tbody tr", "rows => rows.map(row => [row.dataset.area, row.cells[2].textContent])"
    )
    assert [int(value) for _, value in rows] == [value for _, value in wanted]
    assert dict(rows) == {code: str(value) for code, value in wanted}
    assert seen.page.locator("#map circle").count() == len(wanted)
    seen.page.locator("#compared tbody tr td.number").last.click()
    command = seen.page.locator("#trace").inner_text()
    assert command.startswith("poverty trace --year 2023 --area ")
    assert command.endswith(
        "--boundary harmonised --measure deprived_households --class near_poor --indicator sanitation"
    )


def test_a_phone_shows_one_year_and_a_number_its_command(clean_home: Home, browser: Browser) -> None:
    page = clean_home.current / "reports" / "profiles" / "harmonised" / f"{COMMUNE}.html"
    seen = visit(browser, page, width=390)
    assert seen.console_errors == seen.network_requests == []
    assert seen.page.evaluate("document.documentElement.scrollWidth") <= 390
    line = seen.page.locator("tr[data-trace='--measure poor_households']")
    assert line.locator("td:visible").count() == 1
    line.locator("td:visible").click()
    command = f"poverty trace --year 2030 --area {COMMUNE} --boundary harmonised --measure poor_households"
    assert seen.page.locator("#trace").inner_text() == command


def test_a_commune_is_drawn_by_its_boundary_where_the_territory_has_it() -> None:
    area = Area("commune", "harmonised", COMMUNE, {2025: {"area_name": "Xã An Hiệp"}})
    ring = [(106.1, 10.1), (106.2, 10.1), (106.2, 10.2), (106.1, 10.1)]
    assert _ground(area, {COMMUNE: [ring]}) == {"rings": [[list(point) for point in ring]]}
    assert "point" in _ground(area, {f"{COMMUNE}@1999-01-01": [ring]})


def test_a_wrong_boundary_file_is_named(tmp_path: Path) -> None:
    assert boundary_problems(tmp_path) == []
    feature = {"properties": {"commune_code": COMMUNE}, "geometry": {"type": "Point", "coordinates": [106.1, 10.1]}}
    (tmp_path / BOUNDARIES).write_text(json.dumps({"features": [feature]}), encoding="utf-8")
    assert [problem.partition(":")[0] for problem in boundary_problems(tmp_path)] == [BOUNDARIES]
