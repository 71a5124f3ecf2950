"""All kinds of planted errors, and the checks of which none is made.

A kind is added by a function in the module of its level and a line in that module's KINDS.
"""

from sample.planting import cells, consistency, files, persons, plausibility, rows
from sample.planting.lists import ListKind, nth_year
from sample.planting.sending import FileKind

FILE_KINDS: tuple[FileKind, ...] = (*files.KINDS, *rows.KINDS, *cells.KINDS)
# Plausibility first: a rate can only be made to jump in few communes.
LIST_KINDS: tuple[ListKind, ...] = (*plausibility.KINDS, *persons.KINDS, *consistency.KINDS)
# Checks that raise findings and are not planted, with the reason.
NOT_PLANTED = {
    "reader_failed": "a crash of our own reader process; no workbook holds one",
    "unreadable_place": "a place in landing with wrong rights; no workbook makes one",
    "reading_took_too_long": "no workbook of a sample takes so long",
    **dict.fromkeys(
        ("legacy_font", "error_in_cell", "formula_without_result", "merged_cells", "row_below_total", "text_too_long"),
        "traits of other programs, which the sample's writer cannot make; tests/support/odd_workbooks.py does",
    ),
    "no_accepted_file": "all communes send every year, so that the figures are those of the calibration",
}


def file_kinds_of(year: int) -> dict[str, FileKind]:
    """The kinds of errors in files of a year, by planted id."""
    return {_id(kind.check_code, year): kind for kind in FILE_KINDS if nth_year(kind.year_number)() == (year,)}


def list_kinds_of(year: int) -> dict[str, ListKind]:
    """The kinds of errors in the lists of a year, by planted id."""
    return {_id(kind.check_code, year): kind for kind in LIST_KINDS if year in kind.years()}


def _id(check_code: str, year: int) -> str:
    """Names the error by what it is, so that a new kind does not rename others."""
    return f"P{year}-{check_code}"
