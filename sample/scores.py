"""Scores and incomes that agree with a class (the poverty rule, turned around): deprivations, B1, B2, income."""

from dataclasses import dataclass
from functools import cache

import numpy as np

from base.reference import read_table
from sample import calibration
from sample.vocabulary import AVERAGE, NEAR_POOR, POOR, indicators, is_of_children


@dataclass(frozen=True)
class Lines:
    """The lines of a survey year as (rural, urban); None where the standard has none. Incomes in thousand đồng."""

    standard: str
    income: np.ndarray
    average_living: np.ndarray | None
    cutoff_b1: np.ndarray | None
    minimum: int


@cache
def lines_of(year: int) -> Lines:
    """The lines of the standard that applies to a survey year.

    Raises ValueError when it has no income line.
    """
    rows = {
        row["area_class"]: row
        for row in read_table("poverty_standards")
        if int(row["first_survey_year"]) <= year <= int(row["last_survey_year"])
    }
    pair = (rows["rural"], rows["urban"])

    def numbers(column: str, unit: float) -> np.ndarray | None:
        return np.array([float(row[column]) / unit for row in pair]) if pair[0][column] else None

    income = numbers("income_line_vnd", 1000)
    if income is None:
        raise ValueError(f"the standard of {year} has no income line")
    return Lines(
        pair[0]["standard_code"],
        income,
        numbers("average_living_line_vnd", 1000),
        numbers("income_score_cutoff_b1", 1),
        int(pair[0]["min_deprived_indicators"]),
    )


def settle_flags(
    rng: np.random.Generator,
    flags: np.ndarray,
    classes: np.ndarray,
    has_child: np.ndarray,
    active: np.ndarray,
    minimum: int,
    is_new: np.ndarray,
) -> np.ndarray:
    """Last year's deprivations brought into this year and made to fit the class; shape (households, indicators).

    `active` says which indicators the year's form has. Poor households get at least `minimum`, near-poor ones fewer;
    the others any number. Only households with a child can lack what is of children.
    """
    count = len(classes)
    weight = calibration.values("indicator_commonness", indicators()) * active
    kept = flags & active & (rng.random(flags.shape) > 0.14)
    gained = rng.random(flags.shape) < 0.0025 * weight
    marked = kept | gained
    can_have = np.tile(active, (count, 1))
    can_have[:, is_of_children()] &= has_child[:, None]
    marked &= can_have

    low = np.where(classes == POOR, minimum, 0)
    high = np.where(classes == NEAR_POOR, minimum - 1, np.where(classes == POOR, 9, 6))
    wished = marked.sum(axis=1)
    fresh_poor = minimum + rng.binomial(6, 0.2, count)
    fresh_near = rng.choice(minimum, count, p=_near_poor_shares(minimum))
    fresh_above = rng.choice(5, count, p=[0.34, 0.32, 0.2, 0.1, 0.04])
    fresh = np.select([classes == POOR, classes == NEAR_POOR], [fresh_poor, fresh_near], fresh_above)
    wished = np.where(is_new, fresh, wished)
    target = np.clip(wished, low, high)

    keys = rng.exponential(size=flags.shape) / np.maximum(weight, 1e-9) + 1.0
    keys = np.where(marked, rng.random(flags.shape), keys)
    keys = np.where(can_have, keys, np.inf)
    rank: np.ndarray = np.argsort(np.argsort(keys, axis=1, kind="stable"), axis=1, kind="stable")
    settled: np.ndarray = (rank < target[:, None]) & can_have
    return settled


def _near_poor_shares(minimum: int) -> np.ndarray:
    shares = np.linspace(1, 8, minimum)
    parts: np.ndarray = shares / shares.sum()
    return parts


def draw_b1(rng: np.random.Generator, classes: np.ndarray, urban: np.ndarray, cutoff: np.ndarray) -> np.ndarray:
    """B1 scores in halves: at most the cut-off for poor and near-poor, above it for the others."""
    line = cutoff[urban.astype(np.int64)]
    count = len(classes)
    below = line - np.floor(2 * rng.gamma(1.5, 13, count)) / 2
    gap = np.where(classes == AVERAGE, rng.gamma(1.4, 11, count), 12 + rng.gamma(1.8, 18, count))
    above = line + 0.5 + np.floor(2 * gap) / 2
    return np.where(classes <= NEAR_POOR, np.maximum(below, 20), np.minimum(above, 400))


def draw_income(rng: np.random.Generator, classes: np.ndarray, urban: np.ndarray, lines: Lines) -> np.ndarray:
    """Income in thousand đồng per person and month, in tens, on the side of the lines that the class says."""
    side = urban.astype(np.int64)
    line = lines.income[side]
    average = line if lines.average_living is None else lines.average_living[side]
    count = len(classes)
    below = np.floor(line * (1 - 0.85 * rng.beta(1.1, 2.6, count)) / 10) * 10
    below = np.where(rng.random(count) < 0.004, line, below)  # exactly at the line: still poor
    middle = line + 10 + np.floor((average - line - 10) * rng.random(count) / 10) * 10
    high = average + 10 + np.floor(average * rng.gamma(1.1, 0.35, count) / 10) * 10
    return np.select([classes <= NEAR_POOR, classes == AVERAGE], [below, middle], high)
