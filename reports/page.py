"""Static pages: one shell for every page of a release, so that they look, print and link alike.

Pages work from the disk without a network: every script and style lies beside them in `reports/assets`.
"""

import os
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from functools import cache
from pathlib import Path
from typing import Any

import jinja2

from base.reference import load_territory
from reports.numbers import NO_VALUE, count_vi, date_vi, decimal_vi, percent_vi

FOLDER = Path(__file__).resolve().parent
_ASSETS = FOLDER / "assets"
_VIETNAM = timezone(timedelta(hours=7))
_MATURITY = {
    "final": "đủ tệp chính thức, không còn lỗi chưa xử lý",
    "provisional": "tạm thời: còn thiếu tệp hoặc còn lỗi chưa xử lý",
}


@dataclass(frozen=True)
class Site:
    """The pages of one release, and what every one of them says.

    Attributes:
        folder: the release's `reports` folder.
        release_id: the release.
        maturity: `final` or `provisional`.
        notice: what a reader must know before anything else (`simulated_notice`), None where there is nothing.
        has_printed_figures: whether the territory has figures printed elsewhere to compare with.
        is_open: whether these are the pages of the open data, which lead nowhere into the release.
    """

    folder: Path
    release_id: str
    maturity: str
    notice: str | None
    has_printed_figures: bool
    is_open: bool = False

    @property
    def is_provisional(self) -> bool:
        """Whether anything is missing, provisional or in error."""
        return self.maturity != "final"

    @property
    def maturity_vi(self) -> str:
        """The maturity in words."""
        return _MATURITY[self.maturity]

    @property
    def published_vi(self) -> str:
        """When the release was made, in Vietnam's time: its id says so."""
        made = datetime.strptime(self.release_id[:15], "%Y%m%dT%H%M%S").replace(tzinfo=UTC)
        return made.astimezone(_VIETNAM).strftime("%H:%M ngày %d/%m/%Y")


@cache  # a site has hundreds of pages of few templates
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=lambda value: NO_VALUE if value is None else value,  # nobody reads the word None
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "count_vi": count_vi,
        "date_vi": date_vi,
        "decimal_vi": decimal_vi,
        "percent_vi": percent_vi,
    }
    environment.globals["territory"] = load_territory
    return environment


def write_assets(reports: Path) -> None:
    """Copy the style sheet that every page links to into `reports/assets`."""
    shutil.copytree(_ASSETS, reports / "assets", dirs_exist_ok=True)


def write_page(site: Site, name: str, template: str, **context: Any) -> Path:
    """Render a template into a page of the site.

    Args:
        site: the release's pages; templates see it as `site`.
        name: the page's path below the site's folder, for instance `profiles/831.html`.
        template: the template's path below this package; it extends `templates/base.html.j2`.
        context: what the template shows; `title` must be there.
    """
    target = site.folder / name
    target.parent.mkdir(parents=True, exist_ok=True)
    root = Path(os.path.relpath(site.folder, target.parent)).as_posix()
    target.write_text(_environment().get_template(template).render(root=root, site=site, **context), encoding="utf-8")
    return target
