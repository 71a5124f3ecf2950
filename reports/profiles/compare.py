"""The page that compares areas: a choice of year and figure, a map, and a table that can be sorted."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from markupsafe import Markup

from base.boundaries import Ring, read_boundaries
from base.reference import Unit, cutoff_date, load_territory, units_valid_on
from reports.certainty import what_is_open
from reports.page import Site, write_page
from reports.profiles.area_charts import RATE_COLOURS
from reports.profiles.area_figures import Area, Line

PAGE = "compare.html"
KINDS = {
    ("commune", "harmonised"): "xã, theo đơn vị ngày nay",
    ("commune", "as_reviewed"): "xã, theo đơn vị khi rà soát",
    ("district", "as_reviewed"): "huyện, đến năm cuối còn huyện",
    ("district", "harmonised"): "địa bàn huyện cũ",
}
# Of a coordinate: a metre, which is less than a line is wide.
_DIGITS = 5


def write_compare_page(site: Site, folder: str, areas: Sequence[Area], groups: Mapping[str, Sequence[Line]]) -> None:
    """Write the page into a folder of the site."""
    rings = read_boundaries()
    kinds = [
        made
        for (level, boundary), title in KINDS.items()
        if (
            made := _kind(
                title, boundary, [a for a in areas if (a.level, a.boundary) == (level, boundary)], groups, rings
            )
        )
    ]
    used = {line for kind in kinds for line in kind["values"]}
    shown = {caption: [line for line in lines if line.key in used] for caption, lines in groups.items()}
    write_page(
        site, f"{folder}/{PAGE}", "profiles/compare.html.j2", title="So sánh các nơi",
        has_boundaries=bool(rings), groups={caption: lines for caption, lines in shown.items() if lines},
        data=_json({"kinds": kinds, "colours": RATE_COLOURS}),
    )  # fmt: skip


def _json(data: object) -> Markup:
    """Data as a page carries it, without the spaces that would be a third of it; no text in it ends the block."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return Markup(text.replace("<", "\\u003c"))  # noqa: S704  a JSON block, in which nothing is markup


def _kind(
    title: str,
    boundary: str,
    areas: Sequence[Area],
    groups: Mapping[str, Sequence[Line]],
    rings: Mapping[str, list[Ring]],
) -> dict[str, Any] | None:
    """Areas of one level and boundary with their values by figure and year, an area's at its place in the list."""
    if not areas:
        return None
    years = sorted({year for area in areas for year in area.years})
    values: dict[str, dict[int, list[float | int | None]]] = {}
    for line in (line for lines in groups.values() for line in lines):
        for year in years:
            found = [_short(area.values.get((line.key, year))) for area in areas]
            if any(value is not None for value in found):
                values.setdefault(line.key, {})[year] = found
    return {
        "title": title,
        "boundary": boundary,
        "years": years,
        "values": values,
        "areas": [
            {
                "code": area.code,
                "name": area.title,
                "page": area.page,
                "open": {year: ", ".join(reasons) for year, row in area.rows.items() if (reasons := what_is_open(row))},
                **_ground(area, rings),
            }
            for area in areas
        ],
    }


def _short(value: float | int | None) -> float | int | None:
    return round(value, 6) if isinstance(value, float) else value


def _ground(area: Area, rings: Mapping[str, list[Ring]]) -> dict[str, Any]:
    """Where an area is: its boundary where the territory has it, else its point; nothing for a district."""
    unit = _unit(area)
    if unit is None:
        return {}
    ground = rings.get(f"{unit.commune_code}@{unit.valid_from}") or rings.get(unit.commune_code)
    if ground:
        return {"rings": [[[round(x, _DIGITS), round(y, _DIGITS)] for x, y in ring] for ring in ground]}
    return {"point": [float(unit.longitude), float(unit.latitude)]} if unit.latitude else {}


def _unit(area: Area) -> Unit | None:
    if area.level != "commune":
        return None
    on = cutoff_date(area.years[-1]) if area.boundary == "as_reviewed" else load_territory().harmonised_date
    return units_valid_on(on).get(area.code)


def comparable(groups: Mapping[str, Iterable[Line]]) -> dict[str, list[Line]]:
    """The figures that the page offers: rates first, since they are what areas of different size are compared by."""
    found = {caption: list(lines) for caption, lines in groups.items()}
    for lines in found.values():
        lines.sort(key=lambda line: not line.is_share)
    return found
