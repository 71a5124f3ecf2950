"""The figures that the simulation starts from: rows of the territory's calibration, else the national defaults.

The rows are (item, subject, survey_year, value); a row without subject or survey year is the default for the others.
"""

from functools import cache

import numpy as np

from base.reference import read_table

_Key = tuple[str, str, int | None]


@cache
def _values() -> dict[_Key, float]:
    rows = read_table("sample_calibration") + read_table("territory_sample_calibration")
    return {
        (row["item"], row["subject"], int(row["survey_year"]) if row["survey_year"] else None): float(row["value"])
        for row in rows
    }


def figure(item: str, subject: str = "", survey_year: int | None = None) -> float | None:
    """The value of exactly this row, None where there is none."""
    return _values().get((item, subject, survey_year))


def value(item: str, subject: str = "") -> float:
    """The value of an item for a subject, else for all subjects.

    Raises KeyError when the calibration has neither.
    """
    own = figure(item, subject)
    return _values()[item, "", None] if own is None else own


def count(item: str, subject: str, survey_year: int) -> int:
    """A number of households in a survey year; 0 where the calibration has none."""
    return int(figure(item, subject, survey_year) or 0)


def values(item: str, subjects: tuple[str, ...]) -> np.ndarray:
    """The values of an item, one for each subject."""
    return np.array([value(item, subject) for subject in subjects], np.float64)


def subjects(item: str) -> dict[str, float]:
    """{subject: value} of the rows of an item, in the order of the files."""
    return {subject: own for (name, subject, _), own in _values().items() if name == item and subject}
