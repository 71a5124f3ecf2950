"""Planted errors of level value: a member's cell, of no figure, that is unreadable or empty."""

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from base.forms import Form
from sample.planting.planted import Expected
from sample.planting.sending import CURRENT, FileError, FileKind, UnsuitableError
from sample.records import NO_BIRTH
from sample.submissions import OddCell, Submission, first_data_row

_GROWN = -40  # years before the survey


def _member(good: Submission, rng: np.random.Generator, without: str | None = None) -> int:
    """The row of a grown-up who heads no household, and has nothing in the field given.

    Raises UnsuitableError when there is none, or the form lacks the field.
    """
    if without is not None and without not in good.members:
        raise UnsuitableError
    members = good.members
    born_before = (np.datetime64(f"{good.survey_year}") + _GROWN).astype("datetime64[D]").astype(np.int64)
    columns = zip(members["relation_to_head"], members["birth"], members["birth_kind"], strict=True)
    can = [
        row
        for row, (relation, birth, kind) in enumerate(columns)
        if relation != "head"
        and kind != NO_BIRTH
        and birth < born_before
        and (without is None or _is_empty(members[without][row]))
    ]
    if not can:
        raise UnsuitableError
    return can[int(rng.integers(0, len(can)))]


def _is_empty(value: Any) -> bool:
    """Whether a value leaves its cell empty: no text or an unset mark."""
    return bool(pd.isna(value)) or value is False


def _unreadable(check_code: str, field: str, text: str, without: str | None = None) -> FileError:
    """A text in the place of a member's value; `without` asks for a member who has no value there."""

    def make(good: Submission, form: Form, rng: np.random.Generator) -> tuple[Submission, list[Expected]]:
        row, sheet = _member(good, rng, without), form.sheets["member"]
        if field not in {column.field for column in sheet.columns}:
            raise UnsuitableError
        cell = OddCell("member", field, row, text)
        return replace(good, odd_cells=(cell,)), [Expected(check_code, sheet.name, first_data_row(sheet) + row, field)]

    return make


def _required_cell_empty(good: Submission, form: Form, rng: np.random.Generator) -> tuple[Submission, list[Expected]]:
    row, sheet = _member(good, rng), form.sheets["member"]
    numbers: list[Any] = [*good.members["member_number"]]
    numbers[row] = None
    changed = replace(good, members=good.members | {"member_number": numbers})
    return changed, [Expected("required_cell_empty", sheet.name, first_data_row(sheet) + row, "member_number")]


KINDS = (
    FileKind("unreadable_number", 2, _unreadable("unreadable_number", "member_number", "hai"), CURRENT),
    FileKind("unreadable_date", 3, _unreadable("unreadable_date", "birth", "31/02/1975"), CURRENT),
    FileKind(
        "unreadable_mark",
        5,
        _unreadable("unreadable_mark", "has_health_insurance", "?", without="has_health_insurance"),
        CURRENT,
    ),
    FileKind(
        "unreadable_code",
        6,
        _unreadable("unreadable_code", "citizen_id", "không nhớ", without="citizen_id"),
        CURRENT,
    ),
    FileKind("required_cell_empty", 7, _required_cell_empty, CURRENT),
)
