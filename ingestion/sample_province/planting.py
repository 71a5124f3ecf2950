"""Inconsistencies put in on purpose: the only ones of the province, each one a consistency warning.

What belongs here: one function per kind, registered in KINDS; add a kind by adding a function. No kind changes the
recorded class of a row, the household counts of a total sheet or anything that the plan of 2021 prints. What does not:
problems that reject a file, a row or a value.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ingestion.forms import Form
from ingestion.sample_province.lists import YearList
from ingestion.sample_province.random_streams import stream
from ingestion.sample_province.scores import lines_of
from ingestion.sample_province.submissions import correcting_commune, file_of, first_data_row

COLUMNS = (
    "planted_id",
    "kind",
    "level",
    "severity",
    "file",
    "sheet",
    "rows",
    "column_name",
    "survey_year",
    "commune_code",
    "remark",
)


@dataclass(frozen=True)
class Spot:
    """Where something was planted: a household code (None: the total sheet or a missing row) and a field."""

    role: str
    household_code: str | None
    field: str
    remark: str = ""


Kind = Callable[[YearList, int, np.random.Generator], Spot | None]


def plant(seed: int, year_list: YearList, form: Form) -> list[dict[str, str | int]]:
    """Plants one of each kind that the year allows, each in a commune of its own; returns rows of planted.csv.

    The frames of `year_list` are changed. Communes that send a correction are left alone.
    """
    rng = stream(seed, "planting", year_list.year)
    communes = rng.permutation(year_list.totals.index.to_numpy())
    waiting = [int(code) for code in communes if code != correcting_commune(seed, year_list.year)]
    spots: list[tuple[str, int, Spot]] = []
    for name, kind in KINDS.items():
        for commune in waiting:
            spot = kind(year_list, commune, rng)
            if spot is not None:
                spots.append((name, commune, spot))
                waiting.remove(commune)
                break
    return [_row(year_list, form, name, commune, spot) for name, commune, spot in spots]


def _row(year_list: YearList, form: Form, kind: str, commune: int, spot: Spot) -> dict[str, str | int]:
    sheet = form.sheets[spot.role]
    rows = ""
    if spot.household_code is not None:
        codes = year_list.households.loc[year_list.households["commune"] == commune, "household_code"].tolist()
        rows = str(first_data_row(sheet) + codes.index(spot.household_code))
    year = year_list.year
    values = (f"P{year}-{list(KINDS).index(kind) + 1}", kind, "consistency", "warning", file_of(year, commune))
    rest = (sheet.name, rows, spot.field, year, f"{commune:05d}", spot.remark)
    return dict(zip(COLUMNS, values + rest, strict=True))


def _pick(year_list: YearList, commune: int, rng: np.random.Generator, condition: pd.Series) -> int | None:
    """The frame label of a random row of a commune that meets a condition."""
    labels = year_list.households.index[condition & (year_list.households["commune"] == commune)]
    return int(labels[int(rng.integers(0, len(labels)))]) if len(labels) else None


def _value(frame: pd.DataFrame, label: int, column: str) -> Any:
    return frame.at[label, column]


def _b2_not_ten_times_marks(year_list: YearList, commune: int, rng: np.random.Generator) -> Spot | None:
    rows = year_list.households
    label = _pick(year_list, commune, rng, rows["b1_score"].notna() & rows["b2_score"].ge(10))
    if label is None:
        return None
    rows.loc[label, "b2_score"] = _value(rows, label, "b2_score") + 10
    return Spot("household", str(_value(rows, label, "household_code")), "b2_score")


def _recorded_not_recomputed(year_list: YearList, commune: int, rng: np.random.Generator) -> Spot | None:
    """The test's score or income moves to the other side of the line; the recorded class stays."""
    rows, lines = year_list.households, lines_of(year_list.year)
    label = _pick(year_list, commune, rng, rows["recorded_class"] == "poor")
    if label is None:
        return None
    side = int(_value(rows, label, "area_class") == "urban")
    if lines.cutoff_b1 is not None:
        rows.loc[label, "b1_score"] = lines.cutoff_b1[side] + 6.5
    else:
        rows.loc[label, "income_per_capita_kvnd"] = lines.income[side] + 150
    return Spot("household", str(_value(rows, label, "household_code")), "recorded_class")


def _member_count_not_rows(year_list: YearList, commune: int, rng: np.random.Generator) -> Spot | None:
    """A member's row is missing; the count stays."""
    rows, members = year_list.households, year_list.members
    label = _pick(year_list, commune, rng, rows["member_count"] >= 3)
    if label is None:
        return None
    code = _value(rows, label, "household_code")
    own = members.index[members["household_code"] == code]
    year_list.members = members.drop(own[-1])
    return Spot("household", str(code), "member_count")


def _totals_not_list(year_list: YearList, commune: int, rng: np.random.Generator) -> Spot | None:
    totals = year_list.totals
    fields = [field for field in totals.columns if field.startswith("deprived_") or field.endswith("poor_persons")]
    field = fields[int(rng.integers(0, len(fields)))]
    totals.loc[commune, field] = _value(totals, commune, field) + int(rng.integers(1, 4))
    return Spot("total", None, field)


def _listed_household_without_row(year_list: YearList, commune: int, rng: np.random.Generator) -> Spot | None:
    """A household of last year's list that is gone has no row, where a left-list row is due."""
    rows = year_list.households
    label = _pick(year_list, commune, rng, rows["exit_reason"] == "dissolved")
    if label is None:
        return None
    remark = f"its code last year: {_value(rows, label, 'previous_household_code')}"
    year_list.households = rows.drop(label)
    return Spot("household", None, "household_code", remark)


def _movement_not_computed(year_list: YearList, commune: int, rng: np.random.Generator) -> Spot | None:
    rows = year_list.households
    label = _pick(year_list, commune, rng, rows["movement"] == "stayed_poor")
    if label is None:
        return None
    rows.loc[label, "movement"] = "near_poor_to_poor"
    return Spot("household", str(_value(rows, label, "household_code")), "movement")


KINDS: dict[str, Kind] = {
    "listed_household_without_row": _listed_household_without_row,
    "b2_not_ten_times_marks": _b2_not_ten_times_marks,
    "recorded_not_recomputed": _recorded_not_recomputed,
    "member_count_not_rows": _member_count_not_rows,
    "totals_not_list": _totals_not_list,
    "movement_not_computed": _movement_not_computed,
}
