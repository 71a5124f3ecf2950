"""A headless Chromium that tells what a page did: errors on the console and every request that left the disk."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

_NAMES = ("chromium", "chromium-browser", "google-chrome")
_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@dataclass
class Visit:
    """An opened page, what its console said, and what it asked the network for."""

    page: Page
    console_errors: list[str] = field(default_factory=list)
    network_requests: list[str] = field(default_factory=list)


@contextmanager
def open_browser() -> Iterator[Browser]:
    """Chromium; skips on a desk without one, fails in CI."""
    executable = next((path for name in _NAMES if (path := shutil.which(name))), None)
    if executable is None:
        if os.environ.get("CI"):
            pytest.fail("Chromium is not installed; `make test` installs it where it may")
        pytest.skip("Chromium is not installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=_ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()


def visit(browser: Browser, page_file: Path, width: int = 1200, height: int = 900) -> Visit:
    """Open a page from the disk and wait until its scripts have nothing left to do. It takes the place of the last one:
    a tab for each is a process of Chromium for each."""
    tab = browser.contexts[0].pages[0] if browser.contexts else browser.new_page()
    tab.set_viewport_size({"width": width, "height": height})
    seen = Visit(tab)
    seen.page.on("console", lambda message: message.type == "error" and seen.console_errors.append(message.text))
    seen.page.on("pageerror", lambda error: seen.console_errors.append(str(error)))
    seen.page.on(
        "request",
        lambda request: (
            not request.url.startswith(("file:", "data:", "blob:")) and seen.network_requests.append(request.url)
        ),
    )
    seen.page.goto(page_file.as_uri())
    # Half a second without a request, as "networkidle" waits, would be most of the time on pages from the disk.
    for _ in range(2):
        seen.page.evaluate("new Promise(done => requestIdleCallback(() => done(true)))")
    return seen
