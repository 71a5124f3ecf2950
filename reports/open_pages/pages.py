"""Writing the pages of the open data: an index, the coverage, and a profile of every area.

Every number comes from the tables of the edition, in which no small count can be read or worked out; from the release
comes only whether its data are simulated.
"""

from pathlib import Path

from base.reference import labels_vi
from base.release_layout import REPORTS, read_datapackage
from reports.open_pages.tables import (
    LEFT_OUT,
    OpenArea,
    expected_communes,
    group_labels,
    labels,
    parts_of,
    read_open_areas,
)
from reports.page import Site, write_assets, write_page
from reports.simulated import simulated_notice
from reports.tables import open_release

_TEMPLATES = "open_pages/templates"


def write_open_pages(release: Path, edition: Path) -> None:
    """Write the pages of an edition, whose tables are there, into its folder `reports`."""
    package = read_datapackage(release)
    assert package is not None
    with open_release(release) as tables:
        notice = simulated_notice(tables)
    site = Site(edition / REPORTS, package["id"], package["maturity"], notice, False, is_open=True)
    write_assets(site.folder)
    areas = read_open_areas(edition)
    years = sorted({year for area in areas for year in area.years})
    indicators = {name: labels(areas, name, "indicators", "indicator_code") for name in ("poor", "near_poor")}
    context = {"level_names": labels_vi("area_level"), "areas": areas, "years": years, "left_out": LEFT_OUT}
    for area in areas:
        write_page(
            site, f"profiles/{area.code}.html", f"{_TEMPLATES}/area.html.j2",
            title=f"Hộ nghèo, hộ cận nghèo: {area.title}", area=area, parts=parts_of(area, areas),
            groups=group_labels(), indicators=indicators, needs=labels(areas, "need", "needs", "need_code"), **context,
        )  # fmt: skip
    title = "Hồ sơ tỉnh, huyện, xã"
    write_page(site, "profiles/index.html", f"{_TEMPLATES}/areas.html.j2", title=title, **context)
    coverage = [_coverage(year, areas) for year in years]
    title = "Có số liệu của nơi nào, năm nào"
    write_page(site, "coverage.html", f"{_TEMPLATES}/coverage.html.j2", title=title, coverage=coverage, **context)
    title = "Số liệu mở về hộ nghèo, hộ cận nghèo"
    write_page(site, "index.html", f"{_TEMPLATES}/index.html.j2", title=title, coverage=coverage, **context)


def _coverage(year: int, areas: list[OpenArea]) -> dict[str, int]:
    """How many communes of a year are open, and how many of its counts are left out."""
    cells = [cell for area in areas for (of_year, _), cell in area.cells.items() if of_year == year]
    return {
        "survey_year": year,
        "communes": sum(area.level == "commune" and year in area.names for area in areas),
        "expected": expected_communes(year),
        "counts": len(cells),
        "left_out": sum(cell.is_left_out for cell in cells),
    }
