"""Pictures of a release's pages for these documents: `python -m tools.report_pictures`.

Needs Chromium, which `make test` installs where it may.
"""

import argparse
import shutil
from pathlib import Path

from playwright.sync_api import sync_playwright

from base.home import Home
from base.product import PACKAGES

FOLDER = PACKAGES / "docs" / "images"
# picture: page below `reports`, width, height to show
PICTURES = {
    "profile.png": ("profiles/former-83.html", 1000, 1500),
    "audit-report.png": ("audit/index.html", 1000, 1130),
}
_BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def take(reports: Path, folder: Path) -> None:
    """Take every picture of the pages in a release's `reports` folder."""
    executable = next((path for name in _BROWSERS if (path := shutil.which(name))), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox", "--disable-gpu"])
        for picture, (page_name, width, height) in PICTURES.items():
            page = browser.new_page(viewport={"width": width, "height": height})
            page.goto((reports / page_name).as_uri())
            page.wait_for_load_state("networkidle")
            page.screenshot(path=folder / picture)
            page.close()
        browser.close()


def main() -> None:
    """Take the pictures of the current release of `$POVERTY_HOME`."""
    parser = argparse.ArgumentParser(prog="python -m tools.report_pictures", description=__doc__.partition("\n")[0])
    parser.add_argument("--reports", type=Path, default=Home.from_environment().current / "reports")
    take(parser.parse_args().reports.resolve(), FOLDER)
    print(f"{', '.join(PICTURES)} written to {FOLDER}")


if __name__ == "__main__":
    main()
