"""The attack on a whole open-data edition: everything it publishes, and every relation that its reader knows.

`python -m tests.support.open_data_attack HOME` attacks the edition of a home's release in force and prints the result.
"""

import sys
from collections.abc import Hashable
from pathlib import Path

import duckdb

from base.home import Home
from base.release_layout import DATABASE
from publication.open_data import published_counts
from publication.open_data.edition import OPEN_DATABASE
from tests.support.attacker import ranges

Cell = tuple[int, str, str]  # survey year, area, count
_OPEN_CELLS = """
    select survey_year, area_code, measure, households_or_persons from area_year
    union all
    select survey_year, area_code, poverty_class || '/' || indicator_code, households_or_persons from indicator_year
    union all
    select survey_year, area_code, 'need/' || need_code, households_or_persons from need_year
"""


def attack_edition(release: Path, edition: Path) -> dict[Cell, tuple[float, float]]:
    """The range of every cell left out, for a reader of the edition who also knows how areas lie in each other."""
    with duckdb.connect(str(edition / OPEN_DATABASE), read_only=True) as connection:
        published = {row[:3]: row[3] for row in connection.execute(_OPEN_CELLS).fetchall()}
    with duckdb.connect(str(release / DATABASE), read_only=True) as connection:
        areas = [(row[0], row[2], row[4]) for row in connection.execute(published_counts.areas_sql()).fetchall()]
    parts: dict[tuple[int, str], list[str]] = {}
    for year, code, parent in areas:
        if parent is not None:
            parts.setdefault((year, parent), []).append(code)
    counts = sorted({(year, count) for year, _, count in published})
    equal: list[tuple[dict[Hashable, float], float]] = []
    for year, count in counts:
        for (of_year, whole), codes in parts.items():
            if of_year == year and (year, whole, count) in published:
                terms: dict[Hashable, float] = {(year, whole, count): 1.0}
                equal.append((terms | {(year, code, count): -1.0 for code in codes}, 0.0))
    at_most: list[tuple[dict[Hashable, float], float]] = []
    for year, area, count in published:
        for wholes, sign in _bounds(count):
            if all((year, area, whole) in published for whole in wholes):
                bound: dict[Hashable, float] = {(year, area, count): sign}
                at_most.append((bound | {(year, area, whole): -sign for whole in wholes}, 0.0))
    return ranges(published, equal, at_most)  # type: ignore[arg-type, return-value]


def _bounds(count: str) -> list[tuple[tuple[str, ...], float]]:
    """(wholes, 1): no more than their sum. (others, -1): no less than it."""
    listed = ("poor_households", "near_poor_households")
    if count in ("poor_persons", "near_poor_persons"):
        return [((count.replace("persons", "households"),), -1.0), (("resident_persons",), 1.0)]
    if count.endswith(("headed_households", "merit_households", "protection_households")):
        return [(listed, 1.0)]
    if count.startswith("need/"):
        return [(listed, 1.0)]
    if "/" in count:
        return [((count.split("/")[0] + "_households",), 1.0)]
    if count == "poor_households":
        return [(("resident_households",), 1.0)]
    return []


def main() -> None:
    home = Home(Path(sys.argv[1]))
    release = home.current.resolve()
    found = attack_edition(release, home.published / "open_data" / release.name)
    widths = sorted(high - low for low, high in found.values())
    print(f"{len(found):,} cells left out; smallest range {widths[0]:g}, median {widths[len(widths) // 2]:g}")


if __name__ == "__main__":
    main()
