"""A page of every area in both boundaries, light enough for hundreds: tables with bars in place of drawn charts."""

from collections.abc import Iterable, Mapping

from markupsafe import Markup, escape

from base.reference import labels_vi
from reports.audit.figure_links import MEASURES as LINKED
from reports.audit.figure_links import href_of
from reports.audit.labels_vi import boundary_vi
from reports.certainty import what_is_open
from reports.closed_years import read_addenda, read_closed_years
from reports.numbers import count_vi, percent_vi
from reports.page import Site, write_page
from reports.profiles.area_figures import Area, Line, groups_of_lines, read_areas
from reports.profiles.compare import comparable, write_compare_page
from reports.tables import ReleaseTables

_WITH_TRACE_PAGES = ("province", "district", "commune")
_BARS = {"poor_households": "poor", "near_poor_households": "near-poor"}


def write_area_pages(tables: ReleaseTables, site: Site, folder: str) -> list[Area]:
    """Write the page of every area below a folder of the site; returns the areas."""
    areas = read_areas(tables)
    groups = groups_of_lines(tables)
    write_compare_page(site, folder, areas, comparable(groups))
    pages = {area.page for area in areas}
    levels = labels_vi("area_level")
    closed, addenda = read_closed_years(tables), read_addenda(tables)
    for area in areas:
        other = Area(area.level, "harmonised" if area.boundary == "as_reviewed" else "as_reviewed", area.code)
        write_page(
            site,
            f"{folder}/{area.page}",
            "profiles/area.html.j2",
            title=f"Hộ nghèo, hộ cận nghèo: {area.title}",
            area=area,
            level=levels[area.level],
            boundary=boundary_vi(area.boundary),
            other=other if other.page in pages and area.level != "commune" else None,
            other_boundary=boundary_vi(other.boundary),
            profile=f"{area.code}.html" if area.level in ("province", "district") else None,
            # Held files are of units as they were reviewed.
            closed_years=[
                (year, addenda.get((year.survey_year, area.code)) if area.boundary == "as_reviewed" else None)
                for year in closed.values()
            ],
            what_is_open={year: what_is_open(row) for year, row in area.rows.items()},
            groups={caption: rows for caption, lines in groups.items() if (rows := _rows(area, lines))},
        )
    return areas


def _rows(area: Area, lines: Iterable[Line]) -> Markup:
    """The lines that have a value in some year as rows of a table, written here: there are tens of thousands."""
    rows = []
    for line in lines:
        values = [area.values.get((line.key, year)) for year in area.years]
        if any(values) or (line.key in LINKED and any(value is not None for value in values)):
            cells = "".join(_cells(area, line, values))
            rows.append(f'<tr data-trace="{line.trace}"><th scope="row">{escape(line.label)}</th>{cells}</tr>')
    return Markup("\n".join(rows))  # noqa: S704  every label is escaped, everything else is a number of ours


def _cells(area: Area, line: Line, values: list[float | int | None]) -> Iterable[str]:
    most = max((value for value in values if value), default=0)
    bar = _BARS.get(line.key)
    is_linked = line.key in LINKED and area.boundary == "as_reviewed" and area.level in _WITH_TRACE_PAGES
    for year, value in zip(area.years, values, strict=True):
        text = percent_vi(value) if line.is_share else count_vi(value)
        if is_linked and value is not None:
            text = f'<a href="../../audit/{href_of(year, line.key, area.code)}">{text}</a>'
        style = ""
        if bar and value:
            style = f' class="bar" style="--part: {100 * value / most:.0f}%; --bar: var(--{bar})"'
        yield f"<td{style}>{text}</td>"


def named_areas(areas: Iterable[Area]) -> list[Mapping[str, object]]:
    """What the list of areas says of each in its latest year."""
    levels = labels_vi("area_level")
    listed: list[Mapping[str, object]] = []
    for area in areas:
        row = area.rows[area.years[-1]]
        listed.append({"area": area, "level": levels[area.level], "boundary": boundary_vi(area.boundary), "row": row})
    return listed
