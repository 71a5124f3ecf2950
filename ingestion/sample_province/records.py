"""What clerks write down of a person in a year: names, identity numbers, births, with their slips and gaps.

What belongs here: the difference between a person and a record. What does not: the person's own life (events).
"""

import numpy as np
import pandas as pd

from ingestion.sample_province.names import misspell
from ingestion.sample_province.tables import Population, birth_years

DAY, YEAR_ONLY, NO_BIRTH = range(3)
_SERIALS, _OLD_SERIALS, _STEP, _REPLACED = 1_000_000, 3_000_000, 7_919, 450_000


def citizen_ids(population: Population, persons: np.ndarray) -> np.ndarray:
    """Invented 12-digit numbers: province 083, century and sex, year of birth, serial. Unique per person."""
    table = population.persons
    year = birth_years(table["birth"][persons])
    century = 2 * (year // 100 - 19) + table["sex"][persons]
    serial = ((persons + _REPLACED * table["card_version"][persons].astype(np.int64)) * _STEP) % _SERIALS
    rows = zip(century.tolist(), (year % 100).tolist(), serial.tolist(), strict=True)
    return np.array([f"083{c}{y:02d}{s:06d}" for c, y, s in rows], object)


def identity_cards(persons: np.ndarray) -> np.ndarray:
    """Invented 9-digit numbers of the old cards. Unique per person."""
    return np.array([f"{320_000_000 + s}" for s in ((persons * _STEP) % _OLD_SERIALS).tolist()], object)


def record_persons(population: Population, rng: np.random.Generator, year: int, persons: np.ndarray) -> pd.DataFrame:
    """One row per person given: name, citizen_id (None: missing), birth (day number), birth_kind.

    A mistyped digit in 1% of the numbers, 5% of the adults' numbers missing and most children's, day and month
    swapped in 0.5%, a slip in 0.8% of the names.
    """
    table, count = population.persons, len(persons)
    replaced = persons[(rng.random(count) < 0.0025) & (table["card_version"][persons] == 0)]
    table["card_version"][replaced] = 1

    name = table["name"][persons].copy()
    for position in np.flatnonzero(rng.random(count) < 0.008).tolist():
        name[position] = misspell(name[position], position)

    age = population.ages(year)[persons]
    is_old_card = (table["new_card_year"][persons] > year) & (age >= 14)
    number = np.where(is_old_card, identity_cards(persons), citizen_ids(population, persons))
    for position in np.flatnonzero(rng.random(count) < 0.01).tolist():
        number[position] = _mistyped(number[position], position)
    child_gap = 0.88 if year < 2024 else 0.35
    number[rng.random(count) < np.where(age < 14, child_gap, 0.05)] = None

    birth = table["birth"][persons].copy()
    days = birth.astype("datetime64[D]")
    month = days.astype("datetime64[M]")
    day_of_month = (days - month).astype(np.int64) + 1
    month_of_year = month.astype(np.int64) % 12 + 1
    swaps = (rng.random(count) < 0.005) & (day_of_month <= 12)
    swapped_month = days.astype("datetime64[Y]").astype("datetime64[M]") + (day_of_month - 1)
    swapped = swapped_month.astype("datetime64[D]").astype(np.int64) + month_of_year - 1
    birth[swaps] = np.where(swaps, swapped, birth)[swaps]
    kind = np.where(table["has_year_only"][persons] | (year == 2021), YEAR_ONLY, DAY)
    kind[rng.random(count) < 0.004] = NO_BIRTH
    return pd.DataFrame({"name": name, "citizen_id": number, "birth": birth, "birth_kind": kind.astype(np.int8)})


def _mistyped(number: str, choice: int) -> str:
    """The number with one of its last five digits replaced by another."""
    place = len(number) - 1 - choice % 5
    digit = (int(number[place]) + 1 + choice % 9) % 10
    return number[:place] + str(digit) + number[place + 1 :]
