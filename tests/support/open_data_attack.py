"""The attack on open-data editions: all that their tables and pages show, and every relation that their reader knows.

`python -m tests.support.open_data_attack HOME` attacks the editions of a home together and prints the result.
"""

import re
import sys
from collections.abc import Hashable, Sequence
from html.parser import HTMLParser
from itertools import combinations
from pathlib import Path

import duckdb

from base.home import Home
from base.release_layout import DATABASE, OPEN_DATABASE, REPORTS
from publication.open_data import published_counts
from tests.support.attacker import ranges

Cell = tuple[int, str, str]  # survey year, area, count
# A cell of an edition by its place among the attacked ones; a change between two editions by both places.
Place = tuple[int | tuple[int, int], int, str, str]
Relation = tuple[dict[Hashable, float], float]
_OPEN_CELLS = """
    select survey_year, area_code, measure, households_or_persons from area_year
    union all
    select survey_year, area_code, poverty_class || '/' || indicator_code, households_or_persons from indicator_year
    union all
    select survey_year, area_code, 'need/' || need_code, households_or_persons from need_year
"""


class _Shown(HTMLParser):
    """The labelled cells of a page of open data by area, and its other text."""

    def __init__(self, area: str) -> None:
        super().__init__()
        self.counts: dict[Cell, str] = {}
        self.shares: dict[Cell, str] = {}
        self.others: list[str] = []
        self._page_area = self._area = area
        self._label: tuple[dict[Cell, str], Cell] | None = None

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        named = {name: value or "" for name, value in attributes}
        if tag == "tr":
            self._area = named.get("data-area", self._page_area)
        for name, cells in (("data-cell", self.counts), ("data-share", self.shares)):
            if name in named:
                year, _, count = named[name].partition("/")
                self._label = (cells, (int(year), self._area, count))

    def handle_data(self, data: str) -> None:
        if self._label is None:
            self.others.append(data)
        else:
            cells, cell = self._label
            cells[cell] = data
            self._label = None


def read_page(path: Path) -> _Shown:
    """What a page shows."""
    shown = _Shown(path.stem)
    shown.feed(path.read_text(encoding="utf-8"))
    return shown


def published_cells(edition: Path) -> dict[Cell, int | None]:
    """Every count of an edition that its tables or its pages show; None for one that neither does."""
    with duckdb.connect(str(edition / OPEN_DATABASE), read_only=True) as connection:
        published: dict[Cell, int | None] = {row[:3]: row[3] for row in connection.execute(_OPEN_CELLS).fetchall()}
    for path in (edition / REPORTS).rglob("*.html"):
        for cell, text in read_page(path).counts.items():
            if re.search(r"\d", text):
                published[cell] = int(text.replace(".", ""))
    return published


def attack_editions(release: Path, editions: Sequence[Path]) -> dict[Place, tuple[float, float]]:
    """The range of every cell left out, and of every change between editions that is not read from them.

    The reader has all editions, and knows how areas lie in each other, and that a commune that two editions show is the
    same in both: of two editions only what came between is different.
    """
    published: dict[Place, int | None] = {
        (number, *cell): value
        for number, edition in enumerate(editions)
        for cell, value in published_cells(edition).items()
    }
    with duckdb.connect(str(release / DATABASE), read_only=True) as connection:
        areas = [
            (row[0], row[2], row[4], row[1]) for row in connection.execute(published_counts.areas_sql()).fetchall()
        ]
    communes = {(year, code) for year, code, _, level in areas if level == "commune"}
    parts: dict[tuple[int, str], list[str]] = {}
    for year, code, parent, _ in areas:
        if parent is not None:
            parts.setdefault((year, parent), []).append(code)
    equal: list[Relation] = []
    at_most: list[Relation] = []
    changes: dict[Place, int | None] = {}
    for place in published:
        number, year, area, count = place
        inside = [(number, year, code, count) for code in parts.get((year, area), ())]
        if inside:
            equal.append(({place: 1.0} | {part: -1.0 for part in inside if part in published}, 0.0))
        for wholes, sign in _bounds(count):
            bounds = [(number, year, area, whole) for whole in wholes]
            if all(bound in published for bound in bounds):
                at_most.append(({place: sign} | dict.fromkeys(bounds, -sign), 0.0))
        assert isinstance(number, int)
        for after in range(number + 1, len(editions)):
            later = (after, year, area, count)
            if later in published and (year, area) in communes:
                equal.append(({place: 1.0, later: -1.0}, 0.0))
            elif later in published:
                # What came between the editions is 0 or more; the attacker's numbers are 1 or more.
                change: Place = ((number, after), year, area, count)
                changes[change] = None
                equal.append(({change: 1.0, later: -1.0, place: 1.0}, 1.0))
    found = ranges(published | changes, equal, at_most)  # type: ignore[arg-type]
    return {
        place: (low - 1, high - 1) if place in changes else (low, high)  # type: ignore[comparison-overlap, misc]
        for place, (low, high) in found.items()
    }


def shown_changes(editions: Sequence[Path]) -> dict[Place, int]:
    """By how much numbers that two editions both show differ, where they do."""
    changes: dict[Place, int] = {}
    cells = [published_cells(edition) for edition in editions]
    for (number, before), (later, after) in combinations(enumerate(cells), 2):
        for cell in before.keys() & after.keys():
            old, new = before[cell], after[cell]
            if old is not None and new is not None and old != new:
                changes[(number, later), *cell] = new - old
    return changes


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
    editions = sorted((home.published / "open_data").glob("[!.]*"))
    found = attack_editions(home.current.resolve(), editions)
    widths = sorted(high - low for place, (low, high) in found.items() if isinstance(place[0], int))
    print(f"{len(widths):,} cells left out; smallest range {widths[0]:g}, median {widths[len(widths) // 2]:g}")
    small = [change for change in shown_changes(editions).values() if abs(change) < 5]
    print(f"{len(small):,} small changes between editions can be read from them")


if __name__ == "__main__":
    main()
