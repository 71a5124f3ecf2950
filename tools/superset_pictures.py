"""Pictures of the dashboards for docs/superset.md: `python -m tools.superset_pictures`, while `make superset` serves.

With `--queries` the query of each chart, as the browser asks it, is written into superset/bundle/charts too.
"""

import json
import os
import shutil
import sys
from pathlib import Path
from typing import Any

import yaml
from playwright.sync_api import Page, Request, sync_playwright

from base.home import Home
from tools.superset_datasets import BUNDLE, written

_ROOT = Path(__file__).resolve().parent.parent
_BROWSERS = ("chromium", "chromium-browser", "google-chrome")
_WIDTH = 1280


def main(*arguments: str) -> None:
    """Open every dashboard, wait until its charts are drawn, and take a picture of it."""
    executable = next(path for name in _BROWSERS if (path := shutil.which(name)))
    address = f"http://127.0.0.1:{os.environ.get('POVERTY_SUPERSET_PORT') or '8088'}"
    password = (Home.from_environment().root / "private" / "superset" / "admin_password").read_text(encoding="utf-8")
    asked: dict[str, Any] = {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": _WIDTH, "height": 900}, locale="vi-VN")
        page.on("request", lambda request: _keep(request, asked))
        page.on("console", lambda message: print(message.type, message.text) if message.type == "error" else None)
        page.goto(f"{address}/login/")
        # Superset writes its log after a second, and the answer would end the session of who is faster.
        page.wait_for_timeout(3000)
        page.fill("#username", "admin")
        page.fill("#password", password)
        page.keyboard.press("Enter")
        page.wait_for_url("**/superset/welcome/**", wait_until="commit")
        for path in sorted(BUNDLE.glob("dashboards/*.yaml")):
            dashboard = yaml.safe_load(path.read_text(encoding="utf-8"))
            page.goto(f"{address}/superset/dashboard/{dashboard['slug']}/?standalone=1")
            _wait(page, sum(key.startswith("CHART-") for key in dashboard["position"]))
            page.screenshot(path=_ROOT / "docs" / "images" / f"superset-{path.stem}.png", clip=_content(page))
        if arguments == ("--queries",):
            _write_queries(page, address, asked)
        browser.close()


def _wait(page: Page, charts: int) -> None:
    """Until every chart is drawn, also those that come into sight late."""
    page.wait_for_selector(".dashboard-component-chart-holder")
    page.set_viewport_size({"width": _WIDTH, "height": 2400})
    drawn = "document.querySelectorAll('.slice_container').length"
    # A function, for the page lets no text become code.
    page.wait_for_function(f"() => {drawn} >= {charts} && !document.querySelector('.loading')", timeout=60_000)
    page.wait_for_timeout(4000)  # the year is chosen, and ECharts moves


def _content(page: Page) -> dict[str, float]:
    bottom = page.evaluate(
        "Math.max(...[...document.querySelectorAll('.dashboard-component-chart-holder')]"
        ".map(chart => chart.getBoundingClientRect().bottom))"
    )
    return {"x": 0, "y": 0, "width": _WIDTH, "height": bottom + 16}


def _keep(request: Request, asked: dict[str, Any]) -> None:
    if request.method == "POST" and "/api/v1/chart/data" in request.url:
        query = json.loads(request.post_data or "{}")
        asked[str(query["form_data"].get("slice_id"))] = query


def _queries(asked: dict[str, Any]) -> dict[str, Any]:
    """What a chart asks, without what belongs to a visit: the chosen year, the page, the numbers of this Superset."""
    queries = [
        {key: value for key, value in query.items() if key not in ("url_params", "custom_params", "custom_form_data")}
        | {"filters": [one for one in query["filters"] if one["col"] != "survey_year"]}
        for query in asked["queries"]
    ]
    datasource = {"id": 0, "type": "table"}
    return {
        "datasource": datasource,
        "force": False,
        "queries": queries,
        "result_format": "json",
        "result_type": "full",
    }


def _write_queries(page: Page, address: str, asked: dict[str, Any]) -> None:
    found = page.evaluate(
        "url => fetch(url).then(answer => answer.json())", f"{address}/api/v1/chart/?q=(page_size:100)"
    )
    names = {str(chart["id"]): chart["slice_name"] for chart in found["result"]}
    queries = {names[number]: query for number, query in asked.items() if number in names}
    for path in BUNDLE.glob("charts/*.yaml"):
        chart = yaml.safe_load(path.read_text(encoding="utf-8"))
        query = _queries(queries[chart["slice_name"]])
        chart["query_context"] = json.dumps(query, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
        path.write_text(written(chart), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
