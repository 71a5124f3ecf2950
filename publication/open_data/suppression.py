"""Which cells of an additive table are left out: the small ones, and as many more as their protection needs.

Pure functions on numbers, deterministic.

A count from 1 to 4 is left out (primary). A reader knows every published cell, that an area is the sum of its parts,
that a cell left out is at least 1 (zeros are published), and what lies above and below it (`floor`, `cap`: the poor who
lack clean water are no more than the poor). From this follows for each cell left out the smallest and the largest value
it can have. More cells are left out (secondary) until for each of them these lie at least `PROTECTION` apart.

In a tree the bounds that pass from relation to relation until nothing changes are exact, so that no cleverer
calculation with these relations gets closer; tests/publication/test_suppression.py tries with linear programming.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

SMALLEST, LARGEST = 1, 4
# So many other values a cell left out may have, as far as a reader can tell.
PROTECTION = 3
_UNKNOWN = 10**12

Bounds = tuple[int, int]


@dataclass(frozen=True)
class Tree:
    """One count by area. `parent` has the next larger area of every area but the top; `floor` and `cap` what a reader
    knows of single cells from other published counts."""

    value: Mapping[str, int]
    parent: Mapping[str, str]
    floor: Mapping[str, int] = field(default_factory=dict)
    cap: Mapping[str, int] = field(default_factory=dict)

    def relations(self) -> list[tuple[str, list[str], int]]:
        """(whole, its parts, whole minus the sum of its parts): 0 unless parts are missing; a reader may know it."""
        parts: dict[str, list[str]] = {}
        for area in sorted(self.value):
            if area in self.parent and self.parent[area] in self.value:
                parts.setdefault(self.parent[area], []).append(area)
        return [
            (whole, areas, self.value[whole] - sum(self.value[area] for area in areas))
            for whole, areas in sorted(parts.items())
        ]


def is_small(value: int) -> bool:
    """Whether a count may not be shown."""
    return SMALLEST <= value <= LARGEST


def suppressed(tree: Tree, also: frozenset[str] = frozenset()) -> tuple[set[str], set[str]]:
    """(primary, secondary) cells to leave out; `also` are left out for another table's sake and count as secondary."""
    primary = {area for area, value in tree.value.items() if is_small(value)}
    hidden = primary | {area for area in also if tree.value.get(area)}
    relations = tree.relations()
    while True:
        bounds = known_bounds(tree, hidden, relations)
        open_to_guess = sorted(area for area, (low, high) in bounds.items() if high - low < PROTECTION)
        partner = next((found for area in open_to_guess for found in _partners(area, tree, hidden, relations)), None)
        if partner is None:
            return primary, hidden - primary
        hidden.add(partner)


def _partners(area: str, tree: Tree, hidden: set[str], relations: list[tuple[str, list[str], int]]) -> Iterator[str]:
    """Cells whose absence widens what an area may be: the smallest beside or below it, then the area above it."""
    for siblings in (True, False):
        for whole, parts, _ in relations:
            if area == whole or area in parts:
                shown = [part for part in (parts if siblings else [whole]) if part not in hidden and tree.value[part]]
                yield from sorted(shown, key=lambda part: (tree.value[part], part))
    # Everything around it is left out or zero already: the way to a cell that is shown leads over the area above.
    if area in tree.parent and tree.parent[area] in tree.value:
        yield from _partners(tree.parent[area], tree, hidden, relations)


def known_bounds(
    tree: Tree, hidden: set[str], relations: list[tuple[str, list[str], int]] | None = None
) -> dict[str, Bounds]:
    """The smallest and largest value of every cell left out, as a reader can work them out."""
    relations = tree.relations() if relations is None else relations
    bounds = {
        area: (max(SMALLEST, tree.floor.get(area, SMALLEST)), tree.cap.get(area, _UNKNOWN))
        if area in hidden
        else (value, value)
        for area, value in tree.value.items()
    }
    open_relations = [relation for relation in relations if hidden & {relation[0], *relation[1]}]
    changed = True
    while changed:
        changed = False
        for whole, parts, rest in open_relations:
            low, high = (sum(bounds[part][side] for part in parts) for side in (0, 1))
            changed |= _narrow(bounds, whole, low + rest, high + rest)
            for part in parts:
                others = (low - bounds[part][0], high - bounds[part][1])
                changed |= _narrow(
                    bounds, part, bounds[whole][0] - rest - others[1], bounds[whole][1] - rest - others[0]
                )
                low, high = others[0] + bounds[part][0], others[1] + bounds[part][1]
    return {area: bounds[area] for area in sorted(hidden)}


def _narrow(bounds: dict[str, Bounds], area: str, low: int, high: int) -> bool:
    old = bounds[area]
    bounds[area] = (max(old[0], low), min(old[1], high))
    return bounds[area] != old
