"""The plan's figures of 2021 placed exactly: counts by commune, then traits by household.

What belongs here: everything that only 2021 needs to be exact. What does not: how a later year follows.
"""

from dataclasses import dataclass

import numpy as np

from sample.allocation import apportion, choose, mark, matrix_with_margins
from sample.communes import units_of
from sample.random_streams import stream
from sample.targets import published_2021
from sample.vocabulary import INDICATORS, NEAR_POOR, POOR

HIGHEST_DISTRICT, LOWEST_DISTRICT, HIGHEST_COMMUNE = "836", "829", 29161
# Relative rural poverty of the other districts: the coast is poorer than the orchards.
_DISTRICT_WEIGHT = {"831": 2.6, "832": 2.8, "833": 3.4, "834": 3.6, "835": 4.8, "837": 6.2, "838": 3.4}
_POOREST_BY_DISTRICT = {"836": 7, "837": 2}  # with An Hiệp the ten communes between 10% and 17%


@dataclass(frozen=True)
class CommuneCounts:
    """Household counts by commune code (157 each)."""

    residents: dict[int, int]
    poor: dict[int, int]
    near_poor: dict[int, int]


@dataclass(frozen=True)
class Traits:
    """What the plan counts, one entry per poor or near-poor household, in the order of the classes given."""

    flags: np.ndarray  # (households, 13)
    has_female_head: np.ndarray
    is_minority: np.ndarray
    is_merit: np.ndarray
    is_social: np.ndarray
    group: np.ndarray
    need_loan: np.ndarray
    need_employment: np.ndarray
    need_knowledge: np.ndarray


def commune_counts(seed: int) -> CommuneCounts:
    """Residents, poor and near-poor households of every commune, reproducing F01, F04, F06, F08, F10 and F12 to F15."""
    figures, units, rng = published_2021(), units_of(2021), stream(seed, "commune counts")
    codes = np.array(list(units))
    urban = np.array([unit.area_class == "urban" for unit in units.values()])
    district = np.array([unit.district_code for unit in units.values()])

    residents = apportion(2_500 * np.exp(0.28 * rng.standard_normal(len(codes))), int(figures["F01"]), 900, 6_500)
    highest = int(np.flatnonzero(codes == HIGHEST_COMMUNE)[0])
    donor = int(np.argmax(np.where(codes == HIGHEST_COMMUNE, 0, residents)))
    while round(100 * round(residents[highest] * figures["F15"] / 100) / residents[highest], 2) != figures["F15"]:
        residents[highest] += 1
        residents[donor] -= 1

    low = np.ceil(residents * 0.002).astype(np.int64)
    high = np.floor(residents * 0.0945).astype(np.int64)
    weight = residents * np.array([_DISTRICT_WEIGHT.get(code, 4.0) for code in district])
    weight = weight * np.exp(0.22 * rng.standard_normal(len(codes)))
    for code, count in _POOREST_BY_DISTRICT.items():
        candidates = np.flatnonzero((district == code) & ~urban & (codes != HIGHEST_COMMUNE))
        poorest = candidates[np.argsort(-weight[candidates] / residents[candidates], kind="stable")[:count]]
        low[poorest] = np.ceil(residents[poorest] * 0.102)
        high[poorest] = np.floor(residents[poorest] * 0.158)
        weight[poorest] *= 1.45
    low[highest] = high[highest] = round(residents[highest] * figures["F15"] / 100)

    poor = np.zeros(len(codes), np.int64)

    def settle(cell: np.ndarray, total: int) -> None:
        poor[cell] = apportion(weight[cell], total, low[cell], high[cell])

    lowest, top = district == LOWEST_DISTRICT, district == HIGHEST_DISTRICT
    of_lowest = round(residents[lowest].sum() * figures["F13"] / 100)
    of_top = round(residents[top].sum() * figures["F12"] / 100)
    lowest_urban = round(of_lowest * 0.45)
    top_urban = round(residents[top & urban].sum() * 0.052)
    poor_urban = int(figures["F04"] - figures["F08"])
    settle(lowest & urban, lowest_urban)
    settle(lowest & ~urban, of_lowest - lowest_urban)
    settle(top & urban, top_urban)
    settle(top & ~urban, of_top - top_urban)
    settle(~lowest & ~top & urban, poor_urban - lowest_urban - top_urban)
    settle(~lowest & ~top & ~urban, int(figures["F08"]) - (of_lowest - lowest_urban) - (of_top - top_urban))

    near_weight = (0.55 * poor + 0.019 * residents) * np.exp(0.2 * rng.standard_normal(len(codes)))
    near = np.zeros(len(codes), np.int64)
    for cell, total in ((~urban, figures["F10"]), (urban, figures["F06"] - figures["F10"])):
        near[cell] = apportion(near_weight[cell], int(total), 3, np.floor(residents[cell] * 0.14).astype(np.int64))

    def by_code(counts: np.ndarray) -> dict[int, int]:
        return dict(zip(codes.tolist(), counts.tolist(), strict=True))

    return CommuneCounts(by_code(residents), by_code(poor), by_code(near))


def traits(seed: int, classes: np.ndarray) -> Traits:
    """Traits of the poor and near-poor households of 2021, reproducing F16 and F18 to F51 exactly.

    `classes` has POOR or NEAR_POOR per household. The children of each parent need are on different households, and
    one near-poor household has no group, since the printed groups sum to one less than all.
    """
    figures, size = published_2021(), len(classes)
    count = {key: int(value) for key, value in figures.items()}
    is_poor = classes == POOR
    rng = stream(seed, "traits of 2021")

    def some(key: str, scores: np.ndarray | None = None) -> np.ndarray:
        return mark(size, choose(rng, count[key], np.zeros(size) if scores is None else scores))

    is_social = some("F20", 0.4 * is_poor)
    order = choose(rng, size - 1, np.where(classes == NEAR_POOR, 0.0, 100.0))  # leaves out one near-poor household
    group = np.zeros(size, np.int8)
    group[order] = 1
    third = order[choose(rng, count["F37"], 2.0 * is_social[order])]
    group[third] = 3
    rest = order[group[order] == 1]
    group[rest[choose(rng, count["F35"], np.zeros(len(rest)))]] = 2

    return Traits(
        flags=_flags(rng, is_poor, np.array([count[f"F{number}"] for number in range(21, 33)])),
        has_female_head=some("F16", 0.2 * is_social),
        is_minority=some("F18"),
        is_merit=some("F19"),
        is_social=is_social,
        group=group,
        need_loan=some("F41", -0.6 * (group == 3)),
        need_employment=_disjoint(rng, [count[f"F{number}"] for number in range(43, 47)], -0.8 * (group == 3)),
        need_knowledge=_disjoint(rng, [count[f"F{number}"] for number in range(48, 52)], -0.5 * (group == 3)),
    )


def _disjoint(rng: np.random.Generator, counts: list[int], scores: np.ndarray) -> np.ndarray:
    """One need per chosen household: 0 none, else 1 + position in `counts`."""
    chosen = rng.permutation(choose(rng, sum(counts), scores))
    needs = np.zeros(len(scores), np.int8)
    needs[chosen] = np.repeat(np.arange(1, len(counts) + 1), counts)
    return needs


def _flags(rng: np.random.Generator, is_poor: np.ndarray, column_sums: np.ndarray) -> np.ndarray:
    """Deprivations (households, 13): the printed counts, at least three for the poor and at most two for the others."""
    marks = np.where(
        is_poor, 3 + rng.binomial(7, 0.19, len(is_poor)), rng.choice(3, len(is_poor), p=[0.06, 0.18, 0.76])
    )
    difference = int(column_sums.sum() - marks.sum())
    step = 1 if difference > 0 else -1
    can_change = np.flatnonzero(is_poor & (marks + step >= 3) & (marks + step <= 9))
    marks[rng.choice(can_change, abs(difference), replace=False)] += step
    matrix = matrix_with_margins(rng, marks, column_sums)
    return np.hstack([matrix, np.zeros((len(matrix), len(INDICATORS) - matrix.shape[1]), bool)])
