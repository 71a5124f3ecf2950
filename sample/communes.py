"""Places and residents: which communes report in a year, what becomes of them, and how many households live there.

What belongs here: units and denominators. What does not: poor households.
"""

from functools import cache

import numpy as np

from base.reference import Unit, cutoff_date, read_table, units_valid_on
from sample import names
from sample.allocation import apportion
from sample.random_streams import stream


@cache
def units_of(year: int) -> dict[int, Unit]:
    """The communes that report for a survey year, by their code as a number, in the order of the codes."""
    units = units_valid_on(cutoff_date(year))
    return {int(code): units[code] for code in sorted(units)}


def successors(year: int) -> tuple[dict[int, int], set[int]]:
    """What became of last year's communes: (old code -> new code, codes that took part in a merger)."""
    after, until = cutoff_date(year - 1), cutoff_date(year)
    new_code = {code: code for code in units_of(year - 1)}
    merged: set[int] = set()
    for row in read_table("commune_succession"):
        if after < row["effective_date"] <= until:
            new_code[int(row["predecessor_code"])] = int(row["successor_code"])
            if row["change"] == "merged":
                merged.add(int(row["successor_code"]))
    return new_code, merged


def places_of_2025(commune: np.ndarray, year: int) -> np.ndarray:
    """The units of the end of 2025 that hold communes of a year (codes as numbers)."""
    codes, place = np.unique(commune, return_inverse=True)
    carried = codes.tolist()
    for later in range(year + 1, 2026):
        new_code, _ = successors(later)
        carried = [new_code[code] for code in carried]
    return np.array(carried)[place]


def is_urban(year: int) -> dict[int, bool]:
    """Whether each commune of a year is urban."""
    return {code: unit.area_class == "urban" for code, unit in units_of(year).items()}


def hamlets_of_2021(seed: int) -> dict[int, list[str]]:
    """The hamlets of every commune of 2021; households keep theirs through later mergers."""
    chosen = {}
    for code, unit in units_of(2021).items():
        rng = stream(seed, "hamlets", code)
        chosen[code] = names.hamlets(rng, unit.area_class == "urban", int(rng.integers(5, 11)))
    return chosen


def carry_residents(residents: dict[int, int], year: int, total: int, seed: int) -> dict[int, int]:
    """Last year's resident households by commune carried to this year's communes, with growth, to an exact total."""
    new_code, _ = successors(year)
    carried = dict.fromkeys(units_of(year), 0.0)
    rng = stream(seed, "residents", year)
    for code, households in residents.items():
        carried[new_code[code]] += households * float(np.exp(0.004 * rng.standard_normal()))
    return dict(zip(carried, apportion(np.array(list(carried.values())), total).tolist(), strict=True))


def resident_persons(residents: dict[int, int], year: int, seed: int) -> dict[int, int]:
    """Resident persons by commune: about 3.2 a household."""
    persons = {}
    for code, households in residents.items():
        size = 3.2 + 0.12 * stream(seed, "household size", code).standard_normal() - 0.01 * (year - 2021)
        persons[code] = round(households * size)
    return persons
