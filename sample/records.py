"""What clerks write down of a person in a year: names, identity numbers, births, with their typos and gaps."""

import numpy as np
import pandas as pd

from sample.names import misspell
from sample.people import FEW
from sample.tables import Population, birth_years
from sample.vocabulary import form_of

DAY, YEAR_ONLY, NO_BIRTH = range(3)
_AGE_OF_CARD = 14
_SERIALS, _OLD_SERIALS, _STEP = 1_000_000, 3_000_000, 7_919


def citizen_ids(population: Population, persons: np.ndarray) -> np.ndarray:
    """Invented 12-digit numbers: province, century and sex, year of birth, serial. Unique per person."""
    table = population.persons
    year = birth_years(table["birth"][persons])
    century = 2 * (year // 100 - 19) + table["sex"][persons]
    serial = table["card_serial"][persons].astype(np.int64)
    serial += np.where(serial < FEW, FEW, 1) * table["has_new_card"][persons]
    columns = (table["card_province"][persons], century, year % 100, serial * _STEP % _SERIALS)
    rows = zip(*(column.tolist() for column in columns), strict=True)
    return np.array([f"{p:03d}{c}{y:02d}{s:06d}" for p, c, y, s in rows], object)


def identity_cards(persons: np.ndarray) -> np.ndarray:
    """Invented 9-digit numbers of the old cards. Unique per person."""
    return np.array([f"{320_000_000 + s}" for s in ((persons * _STEP) % _OLD_SERIALS).tolist()], object)


def record_persons(
    population: Population, rng: np.random.Generator, year: int, persons: np.ndarray, is_spared: np.ndarray
) -> pd.DataFrame:
    """One row per person given: name, citizen_id (None: missing), birth (day number), birth_kind.

    A record has at most one typo or gap, and a person's next record has none, so that two records of a person one after
    the other always show who it is; `is_spared` marks persons who get none this time. Of the others a number is
    replaced by that of a new card for 0.25%, a name misspelt for 0.8%, a digit mistyped for 1%, a birth missing for
    0.4% and an adult's number for 5%. No typo gives a number that is another person's. Day and month are swapped in
    0.5% and most children have no number yet, which is no gap.
    """
    table, count = population.persons, len(persons)
    age = population.ages(year)[persons]
    draw = np.where(is_spared | table["has_typo"][persons], 1.0, rng.random(count))
    is_replaced, is_misspelt, is_mistyped, is_without_birth, is_without_number = _parts(
        draw, (0.0025, 0.008, 0.01, 0.004, 0.05)
    )
    is_replaced &= ~table["has_new_card"][persons]
    is_without_number &= age >= _AGE_OF_CARD
    table["has_new_card"][persons[is_replaced]] = True

    name = table["name"][persons].copy()
    for position in np.flatnonzero(is_misspelt).tolist():
        name[position] = misspell(name[position], position)

    is_old_card = (table["new_card_year"][persons] > year) & (age >= _AGE_OF_CARD)
    number = np.where(is_old_card, identity_cards(persons), citizen_ids(population, persons))
    taken = set(number)
    for position in np.flatnonzero(is_mistyped).tolist():
        number[position] = _mistyped(number[position], position, taken)
    child_gap = 0.88 if year < 2024 else 0.35
    number[is_without_number | ((age < _AGE_OF_CARD) & (rng.random(count) < child_gap))] = None

    table["has_typo"][persons] = False  # a mover's head is in two rows: a typo in either counts
    np.logical_or.at(
        table["has_typo"],
        persons,
        is_replaced | is_misspelt | is_mistyped | is_without_birth | is_without_number,
    )

    kind = np.where(table["has_year_only"][persons] | _has_years_only(year), YEAR_ONLY, DAY)
    kind[is_without_birth] = NO_BIRTH
    birth = _with_swaps(table["birth"][persons], rng.random(count) < 0.005)
    return pd.DataFrame({"name": name, "citizen_id": number, "birth": birth, "birth_kind": kind.astype(np.int8)})


def _has_years_only(year: int) -> bool:
    """Whether the form of a year asks for the year of birth only, in a column for each sex."""
    return any(column.field == "birth_if_male" for column in form_of(year).sheets["member"].columns)


def _parts(draw: np.ndarray, shares: tuple[float, ...]) -> list[np.ndarray]:
    """Disjoint marks of the shares given, from numbers between 0 and 1."""
    part = np.searchsorted(np.cumsum(shares), draw, side="right")
    return [part == number for number in range(len(shares))]


def _with_swaps(birth: np.ndarray, is_swapped: np.ndarray) -> np.ndarray:
    """Day numbers with day and month exchanged where that is a date too."""
    days = birth.astype("datetime64[D]")
    month = days.astype("datetime64[M]")
    day_of_month = (days - month).astype(np.int64) + 1
    month_of_year = month.astype(np.int64) % 12 + 1
    swapped_month = days.astype("datetime64[Y]").astype("datetime64[M]") + (day_of_month - 1)
    swapped = swapped_month.astype("datetime64[D]").astype(np.int64) + month_of_year - 1
    swapped_birth: np.ndarray = np.where(is_swapped & (day_of_month <= 12), swapped, birth)
    return swapped_birth


def _mistyped(number: str, choice: int, taken: set[str]) -> str:
    """The number with one of its last five digits replaced by another, so that nobody has it; it is taken then."""
    while True:
        place = len(number) - 1 - choice % 5
        digit = (int(number[place]) + 1 + choice % 9) % 10
        wrong = number[:place] + str(digit) + number[place + 1 :]
        if wrong not in taken:
            taken.add(wrong)
            return wrong
        choice += 1
