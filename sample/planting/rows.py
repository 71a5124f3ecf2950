"""Planted errors of level row, in a first submission that the commune corrects by a second one.

The first submission lacks two households and three residents as well, so that the second one changes figures too; no
check can find that.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from base.forms import Form
from sample.planting.planted import Expected
from sample.planting.sending import FileError, FileKind, UnsuitableError
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


def _expected(form: Form, check_code: str, role: str, row: int, field: str) -> Expected:
    return Expected(check_code, form.sheets[role].name, first_data_row(form.sheets[role]) + row, field)


def _rows_of(columns: dict[str, list[Any]], code: str) -> list[int]:
    return [row for row, own in enumerate(columns["household_code"]) if own == code]


def _set(columns: dict[str, list[Any]], field: str, rows: list[int], value: Any) -> dict[str, list[Any]]:
    values = [*columns[field]]
    for row in rows:
        values[row] = value
    return columns | {field: values}


def _in_first_try(change: Callable[[Submission, Form, list[int]], tuple[Submission, list[Expected]]]) -> FileError:
    """A change of the first submission; it is given the household rows with two members, mixed."""

    def make(good: Submission, form: Form, rng: np.random.Generator) -> tuple[Submission, list[Expected]]:
        sent = first_try(good)
        pairs = [row for row, size in enumerate(sent.households["member_count"]) if size == 2]
        if len(pairs) < 2:
            raise UnsuitableError
        return change(sent, form, rng.permutation(pairs).tolist())

    return make


def _household_code_missing(sent: Submission, form: Form, pairs: list[int]) -> tuple[Submission, list[Expected]]:
    """The members belong to nobody any more."""
    row = pairs[0]
    orphans = _rows_of(sent.members, sent.households["household_code"][row])
    changed = replace(sent, households=_set(sent.households, "household_code", [row], None))
    return changed, [
        _expected(form, "household_code_missing", "household", row, "household_code"),
        *(_expected(form, "member_without_household", "member", orphan, "household_code") for orphan in orphans),
    ]


def _household_code_duplicate(sent: Submission, form: Form, pairs: list[int]) -> tuple[Submission, list[Expected]]:
    """A household and its members have the code of another one."""
    one, other = pairs[:2]
    codes = sent.households["household_code"]
    members = _rows_of(sent.members, codes[other])
    changed = replace(
        sent,
        households=_set(sent.households, "household_code", [other], codes[one]),
        members=_set(sent.members, "household_code", members, codes[one]),
    )
    return changed, [
        _expected(form, "household_code_duplicate", "household", row, "household_code") for row in (one, other)
    ]


def _cell(check_code: str, field: str, value: str | None) -> FileError:
    """Another value in a cell of one household's row."""

    def change(sent: Submission, form: Form, pairs: list[int]) -> tuple[Submission, list[Expected]]:
        changed = replace(sent, households=_set(sent.households, field, pairs[:1], value))
        return changed, [_expected(form, check_code, "household", pairs[0], field)]

    return _in_first_try(change)


def _member_without_household(sent: Submission, form: Form, pairs: list[int]) -> tuple[Submission, list[Expected]]:
    """The second member of a household has a code that the list lacks."""
    row = _rows_of(sent.members, sent.households["household_code"][pairs[0]])[1]
    code = f"{sent.commune_code}-{_STRANGER}"
    changed = replace(sent, members=_set(sent.members, "household_code", [row], code))
    return changed, [_expected(form, "member_without_household", "member", row, "household_code")]


KINDS = (
    FileKind("household_code_missing", 1, _in_first_try(_household_code_missing)),
    FileKind("household_code_duplicate", 2, _in_first_try(_household_code_duplicate)),
    FileKind("class_label_missing", 4, _cell("class_label_missing", "recorded_class", None)),
    FileKind("class_label_unknown", 5, _cell("class_label_unknown", "recorded_class", "Hộ khó khăn")),
    FileKind("area_class_missing", 7, _cell("area_class_missing", "area_class", None)),
    FileKind("member_without_household", 9, _in_first_try(_member_without_household)),
)
