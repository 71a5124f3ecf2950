"""A reader who wants the cells that open data leaves out: all published figures and relations as a linear program.

Independent of the algorithm that protects: it takes what is published, writes down every relation that a reader knows,
and lets HiGHS find the smallest and the largest value that each cell left out can have.
"""

from collections.abc import Hashable, Mapping, Sequence

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import lil_matrix

Terms = Mapping[Hashable, float]


def ranges(
    published: Mapping[Hashable, int | None],
    equal: Sequence[tuple[Terms, float]],
    at_most: Sequence[tuple[Terms, float]],
    smallest: float = 1,
) -> dict[Hashable, tuple[float, float]]:
    """{cell left out: (smallest, largest) value}. `equal` and `at_most` are (coefficient by cell, right-hand side)."""
    hidden = [cell for cell, value in published.items() if value is None]
    group = _groups(hidden, [terms for terms, _ in (*equal, *at_most)])
    found = {}
    for members in group:
        found.update(_ranges_of(members, published, equal, at_most, smallest))
    return found


def _groups(hidden: list[Hashable], relations: Sequence[Terms]) -> list[list[Hashable]]:
    """Cells left out that are bound to each other by some relation."""
    leader = {cell: cell for cell in hidden}

    def find(cell: Hashable) -> Hashable:
        while leader[cell] != cell:
            leader[cell] = leader[leader[cell]]
            cell = leader[cell]
        return cell

    for terms in relations:
        open_cells = [cell for cell in terms if cell in leader]
        for cell in open_cells[1:]:
            leader[find(cell)] = find(open_cells[0])
    groups: dict[Hashable, list[Hashable]] = {}
    for cell in hidden:
        groups.setdefault(find(cell), []).append(cell)
    return list(groups.values())


def _matrix(
    members: list[Hashable], published: Mapping[Hashable, int | None], relations: Sequence[tuple[Terms, float]]
) -> tuple[object, np.ndarray] | tuple[None, None]:
    place = {cell: number for number, cell in enumerate(members)}
    rows = [(terms, right) for terms, right in relations if any(cell in place for cell in terms)]
    if not rows:
        return None, None
    matrix, bound = lil_matrix((len(rows), len(members))), np.zeros(len(rows))
    for number, (terms, right) in enumerate(rows):
        bound[number] = right
        for cell, coefficient in terms.items():
            if cell in place:
                matrix[number, place[cell]] += coefficient
            else:
                value = published[cell]
                assert value is not None
                bound[number] -= coefficient * value
    return matrix.tocsr(), bound


def _ranges_of(
    members: list[Hashable],
    published: Mapping[Hashable, int | None],
    equal: Sequence[tuple[Terms, float]],
    at_most: Sequence[tuple[Terms, float]],
    smallest: float,
) -> dict[Hashable, tuple[float, float]]:
    inside = set(members)
    a_eq, b_eq = _matrix(members, published, [one for one in equal if inside & one[0].keys()])
    a_ub, b_ub = _matrix(members, published, [one for one in at_most if inside & one[0].keys()])
    found = {}
    for number, cell in enumerate(members):
        ends = []
        for sign in (1.0, -1.0):
            cost = np.zeros(len(members))
            cost[number] = sign
            solved = linprog(cost, A_ub=a_ub, b_ub=b_ub, A_eq=a_eq, b_eq=b_eq, bounds=(smallest, None), method="highs")
            assert solved.status in (0, 3), solved.message
            ends.append(sign * solved.fun if solved.status == 0 else float("inf"))
        found[cell] = (ends[0], ends[1])
    return found
