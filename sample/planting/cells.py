"""Mistakes of which the checks of level value speak: a cell that cannot be read or is empty where the form wants one.

What belongs here: one function per kind, in a member's cell that no figure is made of. The file stays in force.
"""

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from base.forms import Form
from sample.planting.planted import Spot
from sample.planting.sending import IN_FORCE, FileKind, FileMistake
from sample.records import NO_BIRTH
from sample.submissions import OddCell, Submission, first_data_row

_GROWN = -40  # years before the survey


def _member(good: Submission, rng: np.random.Generator, without: str | None = None) -> int:
    """The place of a grown-up who heads no household, and has nothing in the field given."""
    members = good.members
    born_before = (np.datetime64(f"{good.survey_year}") + _GROWN).astype("datetime64[D]").astype(np.int64)
    columns = zip(members["relation_to_head"], members["birth"], members["birth_kind"], strict=True)
    can = [
        place
        for place, (relation, birth, kind) in enumerate(columns)
        if relation != "head"
        and kind != NO_BIRTH
        and birth < born_before
        and (without is None or _is_empty(members[without][place]))
    ]
    return can[int(rng.integers(0, len(can)))]


def _is_empty(value: Any) -> bool:
    """Whether a value leaves its cell empty: no text or an unset mark."""
    return bool(pd.isna(value)) or value is False


def _unreadable(check_code: str, field: str, text: str, without: str | None = None) -> FileMistake:
    """A text in the place of a member's value; `without` asks for a member who has no value there."""

    def make(good: Submission, form: Form, rng: np.random.Generator) -> tuple[Submission, list[Spot]]:
        place, sheet = _member(good, rng, without), form.sheets["member"]
        cell = OddCell("member", field, place, text)
        return replace(good, odd_cells=(cell,)), [Spot(check_code, sheet.name, first_data_row(sheet) + place, field)]

    return make


def _required_cell_empty(good: Submission, form: Form, rng: np.random.Generator) -> tuple[Submission, list[Spot]]:
    place, sheet = _member(good, rng), form.sheets["member"]
    numbers: list[Any] = [*good.members["member_number"]]
    numbers[place] = None
    changed = replace(good, members=good.members | {"member_number": numbers})
    return changed, [Spot("required_cell_empty", sheet.name, first_data_row(sheet) + place, "member_number")]


KINDS = (
    FileKind("unreadable_number", 2022, _unreadable("unreadable_number", "member_number", "hai"), IN_FORCE),
    FileKind("unreadable_date", 2023, _unreadable("unreadable_date", "birth", "31/02/1975"), IN_FORCE),
    FileKind(
        "unreadable_mark",
        2025,
        _unreadable("unreadable_mark", "has_health_insurance", "?", without="has_health_insurance"),
        IN_FORCE,
    ),
    FileKind(
        "unreadable_code",
        2026,
        _unreadable("unreadable_code", "citizen_id", "không nhớ", without="citizen_id"),
        IN_FORCE,
    ),
    FileKind("required_cell_empty", 2027, _required_cell_empty, IN_FORCE),
)
