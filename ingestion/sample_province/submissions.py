"""Files out of a year's list: one submission per commune, and a corrected second one from a few.

What belongs here: cutting the frames by commune, covers, file names, how a clerk writes. What does not: cells.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ingestion.forms import Form, Sheet
from ingestion.reference import cutoff_date
from ingestion.sample_province.communes import units_of
from ingestion.sample_province.lists import YearList
from ingestion.sample_province.names import slug
from ingestion.sample_province.random_streams import stream
from ingestion.sample_province.vocabulary import SIMULATED

_YEARS_WITH_A_CORRECTION = (2021, 2022, 2024, 2025, 2027, 2029)


@dataclass(frozen=True)
class Style:
    """How one clerk writes: all of it is allowed by the contract."""

    is_decomposed: bool  # text in NFD
    has_other_tone_place: bool  # hoà for hòa
    has_text_dates: bool  # dd/mm/yyyy text instead of date cells
    has_decimal_comma: bool  # scores as text with a decimal comma
    mark: str


@dataclass(frozen=True)
class Submission:
    """One file: its path under the landing folder and its contents by field, in codes. Plain data, cheap to pickle."""

    path: str
    survey_year: int
    commune_code: str
    cover: dict[str, str | int]
    households: dict[str, list[Any]]
    members: dict[str, list[Any]]
    totals: dict[str, int]
    style: Style


def first_data_row(sheet: Sheet) -> int:
    """The worksheet row (from 1) of a list sheet's first data row."""
    return sheet.first_header_row + sheet.header_rows + int(sheet.has_column_number_row)


def correcting_commune(seed: int, year: int) -> int | None:
    """The commune that sends a second submission in a year, in some years one."""
    if year not in _YEARS_WITH_A_CORRECTION:
        return None
    codes = list(units_of(year))
    return codes[int(stream(seed, "correction", year).integers(0, len(codes)))]


def file_of(year: int, commune: int, submission_number: int = 1) -> str:
    """The path under the landing folder; a name means nothing to the loader."""
    unit = units_of(year)[commune]
    again = "" if submission_number == 1 else f"_lan-{submission_number}"
    return f"{year}/{year}_{unit.commune_code}_{slug(unit.commune_name)}{again}.xlsx"


def submissions_of(seed: int, year_list: YearList, form: Form, commune_codes: set[str] | None) -> Iterator[Submission]:
    """The year's files in the order of the commune codes; `commune_codes` restricts which."""
    year = year_list.year
    household_sheet, member_sheet = form.sheets["household"], form.sheets["member"]
    households = _columns(year_list.households, household_sheet)
    members = _columns(year_list.members, member_sheet)
    totals = {str(name): year_list.totals[name].to_numpy() for name in year_list.totals.columns}
    place = {code: number for number, code in enumerate(year_list.totals.index.tolist())}
    household_bounds = _bounds(year_list.households["commune"].to_numpy(), year)
    member_bounds = _bounds(year_list.members["commune"].to_numpy(), year)
    for code, unit in units_of(year).items():
        if commune_codes is not None and unit.commune_code not in commune_codes:
            continue
        decision = int(stream(seed, "decision", year, code).integers(20, 900))
        style = _style(stream(seed, "style", year, code))
        cover: dict[str, str | int] = {
            "form_code": form.form_code,
            "survey_year": year,
            "province_name": unit.province_name,
            "province_code": unit.province_code,
            "district_name": unit.district_name,
            "district_code": unit.district_code,
            "commune_name": unit.commune_name,
            "commune_code": unit.commune_code,
            "cutoff_date": cutoff_date(year),
            "submission_number": 1,
            "maturity": "final",
            "recognition_decision": f"{decision}/QĐ-UBND ({SIMULATED})",
            "prepared_by": SIMULATED,
        }
        submission = Submission(
            file_of(year, code),
            year,
            unit.commune_code,
            cover,
            _cut(households, *household_bounds[code]),
            _cut(members, *member_bounds[code]),
            {name: int(values[place[code]]) for name, values in totals.items()},
            style,
        )
        if correcting_commune(seed, year) != code:
            yield submission
        else:
            yield _first_try(submission)
            again = cover | {"submission_number": 2}
            yield Submission(file_of(year, code, 2), year, unit.commune_code, again, *_contents(submission), style)


def _contents(submission: Submission) -> tuple[dict[str, list[Any]], dict[str, list[Any]], dict[str, int]]:
    return submission.households, submission.members, submission.totals


def _first_try(submission: Submission) -> Submission:
    """What the commune sent before its correction: no rows of two households found above the line, fewer residents."""
    households, members = submission.households, submission.members
    previous = households.get("previous_class", ["not_listed"] * len(households["household_code"]))
    new_above = [
        code
        for code, before, now in zip(households["household_code"], previous, households["recorded_class"], strict=True)
        if before == "not_listed" and now in ("average", "non_poor")
    ]
    dropped = frozenset(new_above[-2:])
    return Submission(
        submission.path,
        submission.survey_year,
        submission.commune_code,
        submission.cover,
        _without(households, dropped),
        _without(members, dropped),
        submission.totals | {"resident_households": submission.totals["resident_households"] - 3},
        submission.style,
    )


def _without(columns: dict[str, list[Any]], dropped: frozenset[str]) -> dict[str, list[Any]]:
    kept = [code not in dropped for code in columns["household_code"]]
    return {name: [v for v, keep in zip(values, kept, strict=True) if keep] for name, values in columns.items()}


def _style(rng: np.random.Generator) -> Style:
    return Style(
        is_decomposed=bool(rng.random() < 0.05),
        has_other_tone_place=bool(rng.random() < 0.12),
        has_text_dates=bool(rng.random() < 0.08),
        has_decimal_comma=bool(rng.random() < 0.06),
        mark=("x", "x", "x", "x", "X", "1", "có")[int(rng.integers(0, 7))],
    )


def _columns(frame: pd.DataFrame, sheet: Sheet) -> dict[str, np.ndarray]:
    """The frame's columns that the form's sheet has, and what their cells need besides (the kind of a birth)."""
    extra = {"birth", "birth_kind", "head_birth_kind", "sex", "true_household_id"}
    wanted = extra | {column.field for column in sheet.columns}
    return {str(name): frame[name].to_numpy() for name in frame.columns if name in wanted}


def _bounds(communes: np.ndarray, year: int) -> dict[int, tuple[int, int]]:
    codes = np.array(list(units_of(year)))
    low = np.searchsorted(communes, codes, side="left").tolist()
    high = np.searchsorted(communes, codes, side="right").tolist()
    return dict(zip(codes.tolist(), zip(low, high, strict=True), strict=True))


def _cut(columns: dict[str, np.ndarray], low: int, high: int) -> dict[str, list[Any]]:
    return {name: values[low:high].tolist() for name, values in columns.items()}
