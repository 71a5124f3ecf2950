"""Every profile page and the plan page of a release, as a reader sees them in a browser without a network."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import duckdb
import pytest
from playwright.sync_api import Browser, Page

from base.home import Home
from base.release_layout import DATABASE
from reports.numbers import count_vi, percent_vi
from tests.support.browser import open_browser, visit

CHARTS = {"counts", "movements", "indicators", "map"}
A4_POINTS = (595, 842)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with open_browser() as opened:
        yield opened


def pages(home: Home) -> list[Path]:
    reports = home.current / "reports"
    found = [reports / "index.html", *sorted(reports.glob("profiles/*.html")), reports / "plan" / "index.html"]
    assert len(found) > 3
    return found


def cells(page: Page, table: str) -> list[list[str]]:
    """The body of a table as text, row by row."""
    rows: list[list[str]] = page.eval_on_selector_all(
        f"table[data-table={table}] tbody tr",
        "rows => rows.map(row => [...row.cells].map(cell => cell.textContent.trim()))",
    )
    return rows


@cache
def ids_of(file: Path) -> set[str]:
    """The anchors of a page; none is there twice."""
    found = re.findall(r'\bid="([^"]+)"', file.read_text(encoding="utf-8"))
    assert len(found) == len(set(found)), file.name
    return set(found)


def drawn(page: Page) -> dict[str, int]:
    """How many data points every chart has on the page, by its id."""
    counts: dict[str, int] = page.eval_on_selector_all(
        ".plot",
        "plots => Object.fromEntries(plots.map(plot => [plot.id, plot.querySelectorAll("
        "'svg .points path, svg .point path, svg path.point, svg .sankey-link').length]))",
    )
    return counts


def test_pages_are_quiet_whole_with_every_chart_and_lead_to_existing_files(clean_home: Home, browser: Browser) -> None:
    for file in pages(clean_home):
        seen = visit(browser, file)
        assert seen.console_errors == [], file.name
        assert seen.network_requests == [], file.name
        assert seen.page.evaluate("document.documentElement.scrollWidth") <= 1200
        for href in seen.page.eval_on_selector_all("[href]", "all => all.map(one => one.getAttribute('href'))"):
            address, _, anchor = href.partition("#")
            assert not address or (file.parent / address).resolve().is_file(), f"{file.name}: {href}"
            there = (file.parent / address).resolve() if address else file
            assert not anchor or anchor in ids_of(there), f"{file.name}: {href}"
        if file.parent.name == "profiles" and file.stem not in ("index", "compare"):
            points = drawn(seen.page)
            assert set(points) >= CHARTS, file.name
            assert all(points.values()), f"{file.name}: {points}"
            assert points["indicators"] >= 12
            for chart in seen.page.locator(".plot").all():
                assert len(chart.get_attribute("aria-label") or "") > 40
                assert chart.locator("svg.main-svg").count() > 0


def test_every_page_says_first_that_the_data_are_simulated_and_leads_back(clean_home: Home, browser: Browser) -> None:
    reports = clean_home.current / "reports"
    profiles = [reports / "profiles" / f"{name}.html" for name in ("index", "829")]
    audit = sorted(reports.glob("audit/*.html"))
    for file in audit:
        text = file.read_text(encoding="utf-8")
        assert 0 < text.find("DỮ LIỆU MÔ PHỎNG") < text.index("<h1"), file.name
    # The pages of the audit report are of one frame.
    for file in [reports / "index.html", reports / "plan" / "index.html", *profiles, audit[0]]:
        seen = visit(browser, file)
        reported = seen.page.get_by_role("note")
        assert (reported.inner_text()).startswith("DỮ LIỆU MÔ PHỎNG: không phải số liệu thật"), file.name
        assert reported.bounding_box()["y"] < seen.page.locator("h1").bounding_box()["y"]
        back = seen.page.get_by_role("link", name="Tất cả báo cáo").get_attribute("href")
        assert (file.parent / str(back)).resolve() == (reports / "index.html").resolve(), file.name


def test_pages_fit_a_phone_and_a4(clean_home: Home, browser: Browser) -> None:
    for name in ("profiles/former-83.html", "plan/index.html", "dictionary/index.html", "dictionary/checks.html"):
        seen = visit(browser, clean_home.current / "reports" / name, width=400)
        assert seen.page.evaluate("document.documentElement.scrollWidth") <= 400
        printed = seen.page.pdf(prefer_css_page_size=True)
        boxes = {tuple(round(float(side)) for side in box.split()[2:]) for box in media_boxes(printed)}
        assert boxes == {A4_POINTS}


def media_boxes(pdf: bytes) -> list[str]:
    return [found.decode() for found in re.findall(rb"/MediaBox \[([^\]]+)\]", pdf)]


def test_charts_are_drawn_again_for_paper(clean_home: Home, browser: Browser) -> None:
    seen = visit(browser, clean_home.current / "reports" / "profiles" / "former-83.html")
    width = "[...document.querySelectorAll('.plot')].map(plot => plot.querySelector('svg.main-svg').clientWidth)"
    seen.page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert set(seen.page.evaluate(width)) == {680}
    assert all(drawn(seen.page).values())
    seen.page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert 680 not in seen.page.evaluate(width)


def test_figures_shown_are_those_of_the_marts(clean_home: Home, browser: Browser) -> None:
    with duckdb.connect(str(clean_home.current / DATABASE), read_only=True) as connection:
        years = connection.execute(
            "select survey_year, resident_households, poor_households, poor_rate, near_poor_households, near_poor_rate "
            "from marts.area_year where area_code = 'former-83' and boundary = 'as_reviewed' order by 1"
        ).fetchall()
        worst = connection.execute(
            "select commune_name, poor_households, near_poor_households, top_deprivations from marts.commune_priority "
            "where survey_year = ? order by priority_rank limit 10",
            [years[-1][0]],
        ).fetchall()
        (districts,) = connection.execute(
            "select count(distinct area_code) from marts.area_year where area_level = 'district'"
        ).fetchall()[0]
    seen = visit(browser, clean_home.current / "reports" / "profiles" / "former-83.html")
    year, _, poor, rate, near_poor, near_poor_rate = years[-1]
    for name, shown in (
        ("poor_households", count_vi(poor)),
        ("near_poor_households", count_vi(near_poor)),
        ("poor_rate", percent_vi(rate)),
        ("near_poor_rate", percent_vi(near_poor_rate)),
    ):
        assert seen.page.locator(f"[data-figure={name}]").text_content() == shown
    assert [row[:6] for row in cells(seen.page, "years")] == [
        [str(year), count_vi(residents), count_vi(poor), percent_vi(rate), count_vi(near), percent_vi(near_rate)]
        for year, residents, poor, rate, near, near_rate in years
    ]
    assert "mới có " in seen.page.locator("section h2").first.inner_text()
    assert [(row[1], row[2], row[3], row[6]) for row in cells(seen.page, "worst")] == [
        (name, count_vi(poor), count_vi(near), top or "–") for name, poor, near, top in worst
    ]
    assert len(list((clean_home.current / "reports" / "profiles").glob("*.html"))) == districts + 3


def test_districts_after_2025_say_why_they_have_no_rate(clean_home: Home, browser: Browser) -> None:
    with duckdb.connect(str(clean_home.current / DATABASE), read_only=True) as connection:
        code, year, rate = connection.execute(
            "select area_code, survey_year, poor_rate from marts.area_year where area_level = 'district' "
            "and resident_households is not null order by survey_year desc, area_code limit 1"
        ).fetchall()[0]
    seen = visit(browser, clean_home.current / "reports" / "profiles" / f"{code}.html")
    assert "Từ năm 2025 không còn cấp huyện" in seen.page.locator(".lead").inner_text()
    assert seen.page.locator("[data-figure=poor_rate]").text_content() == percent_vi(rate)
    assert f"năm {year}" in seen.page.locator(".figure:has([data-figure=poor_rate])").inner_text()
    assert {row[3] for row in cells(seen.page, "years") if int(row[0]) > 2024} == {"–"}


def test_tables_can_be_read_without_scripts(clean_home: Home, browser: Browser) -> None:
    page = browser.new_page(java_script_enabled=False)
    page.goto((clean_home.current / "reports" / "profiles" / "former-83.html").as_uri())
    assert page.locator("table[data-table=years] tbody tr").count() == 10
    assert page.locator(".plot").first.inner_text() == "Biểu đồ cần JavaScript; số liệu ở bảng bên dưới."
    page.close()


def test_the_plan_page_has_every_printed_figure_as_it_is_judged(clean_home: Home, browser: Browser) -> None:
    with duckdb.connect(str(clean_home.current / DATABASE), read_only=True) as connection:
        figures = connection.execute(
            "select figure_id, is_matched, is_self_consistent, explanation from quality.published_figure"
        ).fetchall()
        matched, total = connection.execute(
            "select count(*) filter (is_matched), count(*) from quality.published_figure where publication = 'plan'"
        ).fetchall()[0]
    assert total == 51
    seen = visit(browser, clean_home.current / "reports" / "plan" / "index.html")
    assert seen.page.locator("[data-figure=matched]").text_content() == f"{matched}/{total}"
    for figure_id, is_matched, is_consistent, explanation in figures:
        line = seen.page.locator(f"tr[id='{figure_id}']").inner_text()
        assert {True: "✓ khớp", False: "≠ lệch", None: "chưa có"}[is_matched] in line
        assert ("✗ mâu thuẫn" in line) is not is_consistent
        assert is_matched is True or explanation in line
    assert "2021: mới có 8 trên 157 xã" in seen.page.locator("[data-note=questioned]").inner_text()
