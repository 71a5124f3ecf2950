"""Communes and residents: which communes report in a year, what becomes of them, how many households live there."""

from functools import cache
from itertools import groupby

import numpy as np

from base.reference import Unit, cutoff_date, read_table, units_valid_on
from sample import calibration, names
from sample.allocation import apportion
from sample.random_streams import stream
from sample.vocabulary import survey_years


@cache
def units_of(year: int) -> dict[int, Unit]:
    """The communes that report for a survey year, by their code as a number, in the order of the codes."""
    units = units_valid_on(cutoff_date(year))
    return {int(code): units[code] for code in sorted(units)}


def code_text(commune: int) -> str:
    """A commune's code as it is written."""
    return f"{commune:05d}"


@cache
def successors(year: int) -> tuple[dict[int, int], frozenset[int]]:
    """What became of last year's communes: (old code -> new code, codes that took part in a merger)."""
    after, until = cutoff_date(year - 1), cutoff_date(year)
    new_code = {code: code for code in units_of(year - 1)}
    merged: set[int] = set()
    rows = sorted(read_table("commune_succession"), key=lambda row: row["effective_date"])
    for date, changes in groupby(rows, key=lambda row: row["effective_date"]):
        if not after < date <= until:
            continue
        changed = {}
        joined = set()
        for row in changes:
            changed[int(row["predecessor_code"])] = int(row["successor_code"])
            if row["change"] == "merged":
                joined.add(int(row["successor_code"]))
        new_code = {old: changed.get(new, new) for old, new in new_code.items()}
        merged = {changed.get(code, code) for code in merged} | joined
    return new_code, frozenset(merged)


def last_communes(commune: np.ndarray, year: int) -> np.ndarray:
    """The communes of the last survey year that hold communes of a year (codes as numbers)."""
    codes, position = np.unique(commune, return_inverse=True)
    mapped = codes.tolist()
    for later in survey_years():
        if later > year:
            new_code, _ = successors(later)
            mapped = [new_code[code] for code in mapped]
    return np.array(mapped, np.int64)[position]


def is_urban(year: int) -> dict[int, bool]:
    """Whether each commune of a year is urban."""
    return {code: unit.area_class == "urban" for code, unit in units_of(year).items()}


def first_hamlets(seed: int) -> dict[int, list[str]]:
    """The hamlets of every commune of the first year; households keep theirs through later mergers."""
    chosen = {}
    for code, unit in units_of(survey_years()[0]).items():
        rng = stream(seed, "hamlets", code)
        chosen[code] = names.hamlets(rng, unit.area_class == "urban", int(rng.integers(5, 11)))
    return chosen


def carry_residents(residents: dict[int, int], year: int, total: int, seed: int) -> dict[int, int]:
    """Last year's resident households by commune mapped to this year's communes, with growth, to an exact total."""
    new_code, _ = successors(year)
    carried = dict.fromkeys(units_of(year), 0.0)
    rng = stream(seed, "residents", year)
    for code, households in residents.items():
        carried[new_code[code]] += households * float(np.exp(0.004 * rng.standard_normal()))
    return dict(zip(carried, apportion(np.array(list(carried.values())), total).tolist(), strict=True))


def resident_persons(residents: dict[int, int], year: int, seed: int) -> dict[int, int]:
    """Resident persons by commune, from the mean household size, which falls a little every year."""
    persons, mean = {}, calibration.value("household_size")
    for code, households in residents.items():
        size = mean + 0.12 * stream(seed, "household size", code).standard_normal() - 0.01 * (year - survey_years()[0])
        persons[code] = round(households * size)
    return persons
