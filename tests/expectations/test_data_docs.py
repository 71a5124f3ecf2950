"""Great Expectations' Data Docs in a release: there, readable without a network, and true."""

import re
from pathlib import Path

import duckdb
import pytest

from base.home import Home
from base.release_layout import DATABASE
from tests.support.browser import open_browser, visit


@pytest.fixture
def docs(micro_home: Home) -> Path:
    return micro_home.current.resolve() / "reports" / "data_docs"


def test_every_suite_has_a_page_with_its_results(micro_home: Home, docs: Path) -> None:
    with duckdb.connect(str(micro_home.current / DATABASE), read_only=True) as connection:
        results = connection.execute(
            "select dataset, check_name, observed from quality.check_result where engine = 'great_expectations'"
        ).fetchall()
    assert {path.stem for path in docs.glob("*.html")} == {dataset for dataset, _, _ in results} | {"index"}
    for dataset, name, observed in results:
        text = (docs / f"{dataset}.html").read_text(encoding="utf-8")
        assert name in text
        assert observed in text
    assert "data_docs/index.html" in (docs.parent / "index.html").read_text(encoding="utf-8")


def test_the_pages_ask_no_network_and_make_no_error(docs: Path) -> None:
    with open_browser() as browser:
        for page in [docs / "index.html", *sorted(docs.glob("*.html"))[:4]]:  # the suites' pages are of one template
            seen = visit(browser, page)
            assert (seen.network_requests, seen.console_errors) == ([], []), page.name


def test_links_lead_somewhere(docs: Path) -> None:
    for page in docs.glob("*.html"):
        text = page.read_text(encoding="utf-8")
        targets = [link for link in re.findall(r'href="([^"]+)"', text) if not link.startswith("#")]
        assert targets
        assert [link for link in targets if not (page.parent / link).exists()] == []
