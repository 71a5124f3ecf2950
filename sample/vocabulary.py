"""Classes, relations and reasons as small integers, and the lists of reference tables that the simulation counts by."""

from dataclasses import dataclass
from functools import cache

import numpy as np

from base import reference
from base.forms import Form, form_of_year, load_forms
from sample import calibration

NOT_LISTED, POOR, NEAR_POOR, AVERAGE, NON_POOR, LEFT_LIST = range(6)
CLASS_NAMES = ("not_listed", "poor", "near_poor", "average", "non_poor", "left_list")

HEAD, SPOUSE, CHILD, PARENT, GRANDCHILD, OTHER = range(6)
RELATION_NAMES = ("head", "spouse", "child", "parent", "grandchild", "other")

MALE, FEMALE = range(2)
SEX_NAMES = ("male", "female")

NO_ARRIVAL, MOVED_IN, SPLIT_OFF, MOVED_INSIDE = range(4)

NO_EXIT, MOVED_OUT, MERGED, DISSOLVED = range(4)
EXIT_NAMES = (None, "moved_out", "merged_into_another", "dissolved")

SIMULATED = "DỮ LIỆU MÔ PHỎNG"


@dataclass(frozen=True)
class NeedGroup:
    """Needs of which a household has one at most: a need by itself, or those below one parent."""

    code: str
    needs: tuple[str, ...]
    columns: slice  # of the array of all needs


@cache
def survey_years() -> tuple[int, ...]:
    """The survey years that a form serves and in which the territory has communes."""
    return tuple(
        year
        for year in reference.survey_years()
        if form_of_year(load_forms(), year) and reference.units_valid_on(reference.cutoff_date(year))
    )


@cache
def form_of(year: int) -> Form:
    """The form of a survey year.

    Raises ValueError when there is none.
    """
    form = form_of_year(load_forms(), year)
    if form is None:
        raise ValueError(f"no form serves {year}")
    return form


@cache
def indicators() -> tuple[str, ...]:
    """The indicator codes in the order of the reference table."""
    return tuple(row["indicator_code"] for row in reference.read_table("indicators"))


@cache
def active_indicators(year: int) -> np.ndarray:
    """Which of the indicators the year's form has."""
    fields = {column.field for column in form_of(year).sheets["household"].columns}
    return np.array([f"is_deprived_{code}" in fields for code in indicators()])


@cache
def causes() -> tuple[str, ...]:
    """The cause codes in the order of the reference table."""
    return tuple(row["cause_code"] for row in reference.read_table("causes"))


@cache
def need_groups() -> tuple[NeedGroup, ...]:
    """The needs that a form asks for, in groups and in the order of the reference table."""
    rows = reference.read_table("needs")
    parents = {row["parent_code"] for row in rows}
    children: dict[str, list[str]] = {}
    for row in rows:
        if row["need_code"] not in parents:
            children.setdefault(row["parent_code"] or row["need_code"], []).append(row["need_code"])
    groups, first = [], 0
    for code, needs in children.items():
        groups.append(NeedGroup(code, tuple(needs), slice(first, first + len(needs))))
        first += len(needs)
    return tuple(groups)


def needs() -> tuple[str, ...]:
    """The need codes in the order of the columns of need groups."""
    return tuple(need for group in need_groups() for need in group.needs)


@cache
def ethnicities() -> tuple[str, ...]:
    """Names of the ethnicities of the simulation: the majority, then the minorities of the calibration."""
    name_of = {row["ethnicity_code"]: row["name_vi"] for row in reference.read_table("ethnicities")}
    codes = [*calibration.subjects("majority_ethnicity"), *calibration.subjects("minority_weight")]
    return tuple(name_of[code] for code in codes)


@cache
def is_of_children() -> np.ndarray:
    """Which of the indicators only a household with a child can lack."""
    return np.isin(indicators(), list(calibration.subjects("indicator_of_children")))
