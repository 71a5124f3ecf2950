"""The page that queries the open data in the browser, opened from the disk in Chromium."""

from pathlib import Path

import duckdb
import pytest

from base.home import Home
from base.release_layout import OPEN_DATABASE
from publication.open_data.edition import write_edition
from query_page.build import questions, tables, write_page
from reports.open_pages.pages import write_open_pages
from tests.support.browser import open_browser, visit
from tests.support.homes import copy_of

pytestmark = pytest.mark.services


def as_shown(value: object) -> str:
    """A value as the page writes it."""
    if value is None:
        return ""
    return f"{value:.4f}".rstrip("0").rstrip(".").replace(".", ",") if isinstance(value, float) else str(value)


def test_the_page_answers_as_duckdb_does_and_asks_nobody(micro_home: Home, tmp_path: Path) -> None:
    home = copy_of(micro_home, tmp_path / "home")
    edition = write_edition(home, write_open_pages).folder
    path = write_page(home)
    with duckdb.connect(str(edition / OPEN_DATABASE), read_only=True) as connection, open_browser() as browser:
        for name, (_, _, rows) in tables(edition).items():
            if name in ("indicator", "need"):
                connection.register(name, rows)
        opened = visit(browser, path)
        page = opened.page
        page.wait_for_function("!document.getElementById('ask').disabled")
        for number, (title, sql) in enumerate(questions(), start=1):
            page.get_by_role("button", name=title).click()
            page.wait_for_function(f"document.getElementById('state').dataset.done === '{number}'")
            found = [
                [cell.text_content() for cell in row.query_selector_all("td")]
                for row in page.query_selector_all("#answer tbody tr")
            ]
            assert found == [[as_shown(value) for value in row] for row in connection.execute(sql).fetchall()]
            assert found, title
        page.fill("#question", "select * from nowhere")
        page.click("#ask")
        page.wait_for_function("document.getElementById('state').textContent.startsWith('Câu hỏi không chạy được')")
        assert opened.network_requests == []
        assert opened.console_errors == []
