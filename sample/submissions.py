"""Files out of a year's list: one submission per commune, with its cover, its file name and its clerk's style."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from base.forms import Form, Sheet
from base.reference import cutoff_date
from sample.communes import units_of
from sample.lists import YearList
from sample.names import slug
from sample.random_streams import stream
from sample.vocabulary import SIMULATED


@dataclass(frozen=True)
class Style:
    """How one clerk writes: all of it is allowed by the contract."""

    is_decomposed: bool  # text in NFD
    has_other_tone_place: bool  # hoà for hòa
    has_text_dates: bool  # dd/mm/yyyy text instead of date cells
    has_decimal_comma: bool  # scores as text with a decimal comma
    mark: str


@dataclass(frozen=True)
class OddCell:
    """A cell of a list sheet that holds another text than its field's value; `row` is the data row, from 0."""

    role: str
    field: str
    row: int
    text: str


@dataclass(frozen=True)
class Submission:
    """One file: its path under the landing folder and its contents by field, in codes. Plain data, cheap to pickle.

    The last four say how it departs from the year's form: another layout, a sheet of the commune's own, cells that
    cannot be read, and what happened to the bytes (see `damage`).
    """

    path: str
    survey_year: int
    commune_code: str
    cover: dict[str, str | int]
    households: dict[str, list[Any]]
    members: dict[str, list[Any]]
    totals: dict[str, int]
    style: Style
    layout: Form | None = None
    extra_sheet: str | None = None
    odd_cells: tuple[OddCell, ...] = ()
    damage: str | None = None


def first_data_row(sheet: Sheet) -> int:
    """The worksheet row (from 1) of a list sheet's first data row."""
    return sheet.first_header_row + sheet.header_rows + int(sheet.has_column_number_row)


def file_of(year: int, commune: int, again: str = "") -> str:
    """The path under the landing folder; the loader does not read it. `again` separates a commune's files."""
    unit = units_of(year)[commune]
    return f"{year}/{year}_{unit.commune_code}_{slug(unit.commune_name)}{again}.xlsx"


def submissions_of(seed: int, year_list: YearList, form: Form, commune_codes: set[str] | None) -> Iterator[Submission]:
    """The year's files in the order of the commune codes; `commune_codes` restricts which."""
    year = year_list.year
    household_sheet, member_sheet = form.sheets["household"], form.sheets["member"]
    households = _columns(year_list.households, household_sheet)
    members = _columns(year_list.members, member_sheet)
    totals = {str(name): year_list.totals[name].to_numpy() for name in year_list.totals.columns}
    position = {code: number for number, code in enumerate(year_list.totals.index.tolist())}
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
        yield Submission(
            file_of(year, code),
            year,
            unit.commune_code,
            cover,
            _cut(households, *household_bounds[code]),
            _cut(members, *member_bounds[code]),
            {name: int(values[position[code]]) for name, values in totals.items()},
            style,
        )


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
