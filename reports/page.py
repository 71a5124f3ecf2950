"""Static pages: one shell for every page of a release, so that they look, print and link alike.

What belongs here: rendering and the files that all pages share. What does not: what a page says. Pages work from the
disk without a network: every script and style lies beside them in `reports/assets`.
"""

import os
import shutil
from functools import cache
from pathlib import Path
from typing import Any

import jinja2

from reports.numbers import count_vi, decimal_vi, percent_vi

FOLDER = Path(__file__).resolve().parent
_ASSETS = FOLDER / "assets"


@cache  # a site has hundreds of pages of few templates
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"count_vi": count_vi, "decimal_vi": decimal_vi, "percent_vi": percent_vi}
    return environment


def write_assets(reports: Path) -> None:
    """Copy the style sheet that every page links to into `reports/assets`."""
    shutil.copytree(_ASSETS, reports / "assets", dirs_exist_ok=True)


def write_page(reports: Path, name: str, template: str, **context: Any) -> Path:
    """Render a template into `reports/<name>`.

    Args:
        reports: the release's `reports` folder.
        name: the page's path below it, for instance `profiles/831.html`.
        template: the template's path below this package; it extends `templates/base.html.j2`.
        context: what the template shows; `title` must be there.
    """
    target = reports / name
    target.parent.mkdir(parents=True, exist_ok=True)
    root = Path(os.path.relpath(reports, target.parent)).as_posix()
    target.write_text(_environment().get_template(template).render(root=root, **context), encoding="utf-8")
    return target
