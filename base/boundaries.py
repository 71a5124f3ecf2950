"""The boundaries of communes, where the folder of a territory has them: an optional GeoJSON file."""

import json
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from base.reference import territory_folder
from base.text import some

BOUNDARIES = "boundaries.geojson"
Ring = list[tuple[float, float]]  # longitude, latitude


def read_boundaries() -> dict[str, list[Ring]]:
    """{commune code, or code and first day joined by @: the outer rings of its ground} of the territory in use.

    Empty without a file, or where it cannot be read: `boundary_problems` says why.
    """
    folder = territory_folder()
    path = folder / BOUNDARIES
    return _rings(path) if path.exists() and not boundary_problems(folder) else {}


def boundary_problems(folder: Path) -> list[str]:
    """What is wrong with the boundaries of a territory folder, in sentences; nothing where there is no file."""
    path = folder / BOUNDARIES
    try:
        if path.exists():
            _rings(path)
    except (AttributeError, IndexError, KeyError, TypeError, ValueError):
        return [
            f"{path.name}: it must be a GeoJSON FeatureCollection of polygons in longitude and latitude, each with "
            "the property commune_code."
        ]
    return []


def unmatched_boundaries(folder: Path, units: Sequence[tuple[str, str]]) -> list[str]:
    """Which boundaries of a territory folder are of no unit, and which units have none, in sentences.

    Args:
        folder: of a territory whose boundaries have no `boundary_problems`.
        units: code and first day of each. A boundary without a first day is of every unit with its code.
    """
    path = folder / BOUNDARIES
    if not path.exists():
        return []
    drawn = _rings(path)
    known = {name for code, begins in units for name in (code, f"{code}@{begins}")}
    said = [
        f"{BOUNDARIES}: {name.replace('@', ' of ')} is no unit of administrative_units.csv; correct its code or day, "
        "or take it out."
        for name in drawn
        if name not in known
    ]
    missing = [f"{code} of {begins}" for code, begins in units if code not in drawn and f"{code}@{begins}" not in drawn]
    if missing:
        said.append(f"{BOUNDARIES}: no boundary of {some(missing)}; add them, for maps show these units as points.")
    return said


@cache
def _rings(path: Path) -> dict[str, list[Ring]]:
    found: dict[str, list[Ring]] = {}
    for feature in json.loads(path.read_text(encoding="utf-8"))["features"]:
        properties = feature["properties"]
        begins = properties.get("valid_from")
        name = f"{properties['commune_code']}@{begins}" if begins else str(properties["commune_code"])
        found.setdefault(name, []).extend(_outer_rings(feature["geometry"]))
    return found


def _outer_rings(geometry: dict[str, Any]) -> Iterator[Ring]:
    if geometry["type"] not in ("Polygon", "MultiPolygon"):
        raise ValueError(geometry["type"])
    given = geometry["coordinates"]
    for polygon in [given] if geometry["type"] == "Polygon" else given:
        yield [(float(point[0]), float(point[1])) for point in polygon[0]]
