"""The text of one cell as its field needs it: a cell's format changes neither a code nor a number nor a year.

Staging reads texts only, so a number and a text that look the same and mean different things are kept apart here
(the contract of the survey workbook, "Cells").
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

import pyarrow as pa
import pyarrow.compute as pc

from base.reference import read_table
from ingestion.workbook_xml import Cell, is_serial, shown_date

FIRST_YEAR = 1900
_ID_LENGTH, _CARD_LENGTH = 12, 9  # digits of a citizen id and of an old identity card
_LONGEST_TEXT = 1_000
_NUMBER_KINDS = ("integer", "decimal", "measure")
_TEXT_KINDS = ("text", "not_read")
DATE_KINDS = ("date", "date_or_year")
# A date, the apostrophe that keeps a cell text, a number beyond all numbers.
_LIKE_A_DATE = r"^([+-]?\d{4,}-\d\d-\d\d|'|-?inf$)"
# A text and a number that look like this differ: grouped thousands against a decimal.
_AMBIGUOUS_NUMBER = r"^-?\d{1,3}\.\d{3}$"
# A date that a number of days for a year gives, one with a time of day, one beyond the calendar; the apostrophe.
_NO_PLAIN_DATE = r"^((0|1[0-8]|190[0-5])\d*-|['+-]|inf)|^\d{4}-\d\d-\d\d .*[1-9]"
_SHORT_ID = r"^\d{10,11}$|[.eE-]"


@dataclass(frozen=True)
class FieldKind:
    """What kind a field is (reference/forms/fields.csv) and the numbers it can hold."""

    kind: str
    least: float | None
    most: float | None


@cache
def field_kinds() -> dict[tuple[str, str], FieldKind]:
    """(role, field as the raw tables name it) -> its kind."""

    def bound(value: str) -> float | None:
        return float(value) if value else None

    return {
        (row["role"], row["field"]): FieldKind(row["kind"], bound(row["least"]), bound(row["most"]))
        for row in read_table("fields")
    }


def kind_decides(columns: Iterable[tuple[FieldKind, pa.StringArray]]) -> bool:
    """Whether any text of the fast reading could mean two things, so that the kinds of the cells must be known."""
    patterns: dict[str, list[pa.StringArray]] = {}
    for field, values in columns:
        if field.kind in _TEXT_KINDS and (pc.max(pc.utf8_length(values)).as_py() or 0) > _LONGEST_TEXT:
            return True
        if field.kind in DATE_KINDS:
            patterns.setdefault(_NO_PLAIN_DATE, []).append(values)
        else:
            patterns.setdefault(_LIKE_A_DATE, []).append(values)
        if field.kind == "citizen_id":
            patterns.setdefault(_SHORT_ID, []).append(values)
        elif field.kind in _NUMBER_KINDS:
            patterns.setdefault(_AMBIGUOUS_NUMBER, []).append(values)
    return any(
        pc.any(pc.match_substring_regex(pc.unique(pa.concat_arrays(found)), pattern)).as_py()
        for pattern, found in patterns.items()
    )


def field_text(
    cell: Cell | None, field: FieldKind, survey_year: int | None, *, has_1904_dates: bool = False
) -> tuple[str | None, str | None]:
    """(text for the raw table, check that the cell fails) of one cell; null where empty or not usable."""
    if cell is None:
        return None, None
    if cell.kind == "error":
        return None, "error_in_cell"
    if cell.kind == "uncalculated":
        return None, "formula_without_result"
    if cell.kind == "text":
        return _of_text(cell.value, field)
    if cell.kind == "boolean":
        return cell.value, None
    is_number = cell.kind == "number" or is_serial(cell.value)
    if field.kind == "date_or_year" and is_number:
        return _of_birth(cell, survey_year, has_1904_dates=has_1904_dates), None
    if not is_number or (cell.kind == "date" and field.kind in (*_TEXT_KINDS, "date")):
        return shown_date(cell.value, has_1904_dates=has_1904_dates) or cell.value, None
    if field.kind == "citizen_id":
        return _of_id(cell.value)
    if field.kind in _NUMBER_KINDS:
        return _of_number(cell, field)
    return cell.value, None


def _of_text(value: str, field: FieldKind) -> tuple[str | None, str | None]:
    if field.kind not in _TEXT_KINDS:
        value = value.lstrip("' ")
    if len(value) > _LONGEST_TEXT and field.kind != "not_read":
        return None, "text_too_long"
    return value[:_LONGEST_TEXT] or None, None


def _of_id(number: str) -> tuple[str | None, str | None]:
    """A citizen id typed as a number lost its zeros in front: ten digits and more are filled to twelve.

    Other lengths stay and are unreadable; of a number with decimals the digits could pass for an id.
    """
    if not number.isdecimal():
        return None, "unreadable_code"
    return (number.zfill(_ID_LENGTH) if len(number) > _CARD_LENGTH else number), None


def _of_birth(cell: Cell, survey_year: int | None, *, has_1904_dates: bool) -> str:
    """A whole number from 1900 to the survey year is a year, also in a cell formatted as a date."""
    if cell.value.isdecimal() and survey_year is not None and FIRST_YEAR <= int(cell.value) <= survey_year:
        return cell.value
    shown = shown_date(cell.value, has_1904_dates=has_1904_dates) if cell.kind == "date" else None
    return shown or cell.value


def _of_number(cell: Cell, field: FieldKind) -> tuple[str | None, str | None]:
    if cell.kind == "date":
        number = float(cell.value)
        if not (field.least is None or number >= field.least) or not (field.most is None or number <= field.most):
            return None, "unreadable_number"
    # As text "1.250" is 1250: one more zero keeps the number 1.25 what it is.
    return (cell.value + "0" if re.search(_AMBIGUOUS_NUMBER, cell.value) else cell.value), None


def column_texts(
    cells: Sequence[Cell | None], field: FieldKind, survey_year: int | None, *, has_1904_dates: bool
) -> tuple[pa.StringArray, list[tuple[int, str]]]:
    """(texts, [(place, check)]) of a column's cells."""
    read = [field_text(cell, field, survey_year, has_1904_dates=has_1904_dates) for cell in cells]
    problems = [(place, check) for place, (_, check) in enumerate(read) if check]
    return pa.array([value for value, _ in read], pa.string()), problems
