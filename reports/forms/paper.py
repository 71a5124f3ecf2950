"""On how many sheets of A4 a form is printed.

A form is as wide as its paper. It is also as high as a whole number of papers: a signature alone on its paper, below
nothing but repeated headers, is worth nothing, and programs ignore page breaks where a sheet is fitted to its paper.
"""

from collections.abc import Mapping, Sequence

MARGIN_SIDE, MARGIN_TOP, MARGIN_BOTTOM, MARGIN_FOOTER = 0.4, 0.6, 0.75, 0.35  # inches
_POINTS = 72
_ROOM_ACROSS = (11.69 - 2 * MARGIN_SIDE) * _POINTS
_ROOM_DOWN = (8.27 - MARGIN_TOP - MARGIN_BOTTOM) * _POINTS
# Of a character of width, and of a column beside them; of a row that has no height of its own.
_POINTS_PER_CHARACTER, _POINTS_PER_COLUMN = 5.25, 3.75
_ROW = 15.0
# Letters of 11 points are still 6.5 at this scale; smaller only where the columns ask for it.
_LEAST_SCALE = 0.59
# Rather this much smaller than a last paper with little more than the signatures.
_LITTLE = 0.9


def papers_down(widths: Sequence[float], heights: Mapping[int, float], head: tuple[int, int], last_row: int) -> int:
    """How many papers long a sheet is printed: as few as its letters stay readable on.

    Args:
        widths: of the columns, in characters.
        heights: of the rows that have one, in points.
        head: first and last of the rows that repeat on every paper.
        last_row: the last row that is printed.
    """
    across = sum(width * _POINTS_PER_CHARACTER + _POINTS_PER_COLUMN for width in widths)
    widest = min(1.0, _ROOM_ACROSS / across)
    least = min(_LEAST_SCALE, widest * _LITTLE)
    repeated = sum(heights.get(row, _ROW) for row in range(head[0], head[1] + 1))
    total = sum(heights.get(row, _ROW) for row in range(1, last_row + 1))
    papers = 1
    while papers * _ROOM_DOWN < least * (total + (papers - 1) * repeated):
        papers += 1
    return papers
