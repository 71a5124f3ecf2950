"""Mistakes of which the checks of level row speak, in a first submission that the commune corrects by a second one.

What belongs here: one function per kind. The first submission is short of two households and three residents as well,
so that the second one changes figures too; no check can speak of that.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from base.forms import Form
from sample.planting.planted import Spot
from sample.planting.sending import FileKind, FileMistake
from sample.submissions import Submission, first_data_row

_FEWER_RESIDENTS = 3
_STRANGER = 9_999  # a number that no household of a commune reaches


def first_try(good: Submission) -> Submission:
    """What was sent before a correction: no rows of two households found above the line, fewer residents."""
    households = good.households
    previous = households.get("previous_class", ["not_listed"] * len(households["household_code"]))
    new_above = [
        code
        for code, before, now in zip(households["household_code"], previous, households["recorded_class"], strict=True)
        if before == "not_listed" and now in ("average", "non_poor")
    ]
    dropped = frozenset(new_above[-2:])
    return replace(
        good,
        households=_without(households, dropped),
        members=_without(good.members, dropped),
        totals=good.totals | {"resident_households": good.totals["resident_households"] - _FEWER_RESIDENTS},
    )


def _without(columns: dict[str, list[Any]], dropped: frozenset[str]) -> dict[str, list[Any]]:
    kept = [code not in dropped for code in columns["household_code"]]
    return {name: [v for v, keep in zip(values, kept, strict=True) if keep] for name, values in columns.items()}


def _row(form: Form, role: str, place: int) -> int:
    return first_data_row(form.sheets[role]) + place


def _spot(form: Form, check_code: str, role: str, place: int, field: str) -> Spot:
    return Spot(check_code, form.sheets[role].name, _row(form, role, place), field)


def _places(columns: dict[str, list[Any]], code: str) -> list[int]:
    return [place for place, own in enumerate(columns["household_code"]) if own == code]


def _set(columns: dict[str, list[Any]], field: str, places: list[int], value: Any) -> dict[str, list[Any]]:
    values = [*columns[field]]
    for place in places:
        values[place] = value
    return columns | {field: values}


def _in_first_try(change: Callable[[Submission, Form, list[int]], tuple[Submission, list[Spot]]]) -> FileMistake:
    """A change of the first submission; it is given the places of the household rows with two members, mixed."""

    def make(good: Submission, form: Form, rng: np.random.Generator) -> tuple[Submission, list[Spot]]:
        sent = first_try(good)
        pairs = [place for place, size in enumerate(sent.households["member_count"]) if size == 2]
        return change(sent, form, rng.permutation(pairs).tolist())

    return make


def _household_code_missing(sent: Submission, form: Form, pairs: list[int]) -> tuple[Submission, list[Spot]]:
    """Nothing tells any more whose the members are."""
    place = pairs[0]
    orphans = _places(sent.members, sent.households["household_code"][place])
    changed = replace(sent, households=_set(sent.households, "household_code", [place], None))
    return changed, [
        _spot(form, "household_code_missing", "household", place, "household_code"),
        *(_spot(form, "member_without_household", "member", orphan, "household_code") for orphan in orphans),
    ]


def _household_code_duplicate(sent: Submission, form: Form, pairs: list[int]) -> tuple[Submission, list[Spot]]:
    """A household and its members have the code of another one."""
    one, other = pairs[:2]
    codes = sent.households["household_code"]
    members = _places(sent.members, codes[other])
    changed = replace(
        sent,
        households=_set(sent.households, "household_code", [other], codes[one]),
        members=_set(sent.members, "household_code", members, codes[one]),
    )
    return changed, [
        _spot(form, "household_code_duplicate", "household", place, "household_code") for place in (one, other)
    ]


def _cell(check_code: str, field: str, value: str | None) -> FileMistake:
    """Another value in a cell of one household's row."""

    def change(sent: Submission, form: Form, pairs: list[int]) -> tuple[Submission, list[Spot]]:
        changed = replace(sent, households=_set(sent.households, field, pairs[:1], value))
        return changed, [_spot(form, check_code, "household", pairs[0], field)]

    return _in_first_try(change)


def _member_without_household(sent: Submission, form: Form, pairs: list[int]) -> tuple[Submission, list[Spot]]:
    """The second member of a household has a code that the list lacks."""
    place = _places(sent.members, sent.households["household_code"][pairs[0]])[1]
    code = f"{sent.commune_code}-{_STRANGER}"
    changed = replace(sent, members=_set(sent.members, "household_code", [place], code))
    return changed, [_spot(form, "member_without_household", "member", place, "household_code")]


KINDS = (
    FileKind("household_code_missing", 2021, _in_first_try(_household_code_missing)),
    FileKind("household_code_duplicate", 2022, _in_first_try(_household_code_duplicate)),
    FileKind("class_label_missing", 2024, _cell("class_label_missing", "recorded_class", None)),
    FileKind("class_label_unknown", 2025, _cell("class_label_unknown", "recorded_class", "Hộ khó khăn")),
    FileKind("area_class_missing", 2027, _cell("area_class_missing", "area_class", None)),
    FileKind("member_without_household", 2029, _in_first_try(_member_without_household)),
)
