"""The households of the first survey year: counts by commune, and the traits that the calibration counts exactly."""

from dataclasses import dataclass

import numpy as np

from sample import calibration
from sample.allocation import apportion, choose, mark, matrix_with_margins
from sample.communes import units_of
from sample.random_streams import stream
from sample.targets import Targets
from sample.vocabulary import NEAR_POOR, POOR, indicators, need_groups, needs


@dataclass(frozen=True)
class CommuneCounts:
    """Household counts by commune code."""

    residents: dict[int, int]
    poor: dict[int, int]
    near_poor: dict[int, int]


@dataclass(frozen=True)
class Traits:
    """What a plan counts, one entry per household."""

    flags: np.ndarray  # (households, indicators)
    has_female_head: np.ndarray
    is_minority: np.ndarray
    is_merit: np.ndarray
    is_social: np.ndarray
    group: np.ndarray
    needs: np.ndarray  # (households, needs)


def commune_counts(seed: int, year: int, targets: Targets) -> CommuneCounts:
    """Residents, poor and near-poor households of every commune, with the totals and rates of the calibration."""
    units, rng = units_of(year), stream(seed, "commune counts")
    codes = np.array(list(units))
    urban = np.array([unit.area_class == "urban" for unit in units.values()])
    district = np.array([unit.district_code for unit in units.values()])
    rate_of = {int(code): rate for code, rate in calibration.subjects("commune_poor_rate_pct").items()}
    is_fixed = np.isin(codes, list(rate_of))
    fixed = [(position, rate_of[int(codes[position])]) for position in np.flatnonzero(is_fixed).tolist()]

    mean = targets.residents / len(codes)
    sizes = 2_500 * np.exp(0.28 * rng.standard_normal(len(codes)))
    residents = apportion(sizes, targets.residents, min(900, int(0.3 * mean)), max(6_500, int(2.5 * mean)))
    for position, rate in fixed:
        donor = int(np.argmax(np.where(is_fixed, 0, residents)))
        while round(100 * round(residents[position] * rate / 100) / residents[position], 2) != rate:
            residents[position] += 1
            residents[donor] -= 1

    low = np.ceil(residents * calibration.value("lowest_commune_poor_rate")).astype(np.int64)
    high = np.floor(residents * calibration.value("highest_commune_poor_rate")).astype(np.int64)
    weight = residents * calibration.values("poverty_weight", tuple(district.tolist()))
    weight = weight * np.exp(0.22 * rng.standard_normal(len(codes)))
    for code, count in calibration.subjects("poorest_communes").items():
        candidates = np.flatnonzero((district == code) & ~urban & ~is_fixed)
        poorest = candidates[np.argsort(-weight[candidates] / residents[candidates], kind="stable")[: int(count)]]
        low[poorest] = np.ceil(residents[poorest] * 0.102)
        high[poorest] = np.floor(residents[poorest] * 0.158)
        weight[poorest] *= 1.45
    for position, rate in fixed:
        low[position] = high[position] = round(residents[position] * rate / 100)

    poor = _poor_by_commune(residents, weight, low, high, urban, district, targets)
    near_weight = (0.55 * poor + 0.019 * residents) * np.exp(0.2 * rng.standard_normal(len(codes)))
    most = np.floor(residents * calibration.value("highest_commune_near_poor_rate")).astype(np.int64)
    near = np.zeros(len(codes), np.int64)
    for cell, total in ((~urban, targets.rural_near_poor), (urban, targets.near_poor - targets.rural_near_poor)):
        near[cell] = apportion(near_weight[cell], total, 3, most[cell])

    def by_code(counts: np.ndarray) -> dict[int, int]:
        return dict(zip(codes.tolist(), counts.tolist(), strict=True))

    return CommuneCounts(by_code(residents), by_code(poor), by_code(near))


def _poor_by_commune(
    residents: np.ndarray,
    weight: np.ndarray,
    low: np.ndarray,
    high: np.ndarray,
    urban: np.ndarray,
    district: np.ndarray,
    targets: Targets,
) -> np.ndarray:
    """Poor households by commune: exact in the districts with a rate of their own, then in what is left by class."""
    poor = np.zeros(len(residents), np.int64)
    left = {True: targets.poor - targets.rural_poor, False: targets.rural_poor}
    is_left = np.ones(len(residents), bool)

    def settle(cell: np.ndarray, total: int) -> None:
        poor[cell] = apportion(weight[cell], total, low[cell], high[cell])

    for code, rate in calibration.subjects("district_poor_rate_pct").items():
        own = district == code
        of_district = round(residents[own].sum() * rate / 100)
        of_towns = round(of_district * calibration.value("urban_share_of_poor", code))
        for is_urban, total in ((True, of_towns), (False, of_district - of_towns)):
            settle(own & (urban == is_urban), total)
            left[is_urban] -= total
        is_left &= ~own
    for is_urban, total in left.items():
        settle(is_left & (urban == is_urban), total)
    return poor


def has_counted_traits(year: int) -> bool:
    """Whether the calibration counts the traits of the listed households of a year."""
    return calibration.figure("listed_households", "female_head", year) is not None


def counted_traits(seed: int, year: int, classes: np.ndarray) -> Traits:
    """Traits of the poor and near-poor households, reproducing the counts of the calibration exactly.

    `classes` has POOR or NEAR_POOR per household. The needs of one group are on different households, and the near-poor
    households that the counts of the groups leave over have none.
    """
    size, is_poor = len(classes), classes == POOR
    rng = stream(seed, "traits of 2021")

    def listed(subject: str) -> int:
        return calibration.count("listed_households", subject, year)

    def some(subject: str, scores: np.ndarray | None = None) -> np.ndarray:
        return mark(size, choose(rng, listed(subject), np.zeros(size) if scores is None else scores))

    is_social = some("social_protection", 0.4 * is_poor)
    grouped = sum(listed(f"group_{number}") for number in (1, 2, 3))
    order = choose(rng, grouped, np.where(classes == NEAR_POOR, 0.0, 100.0))
    group = np.zeros(size, np.int8)
    group[order] = 1
    third = order[choose(rng, listed("group_3"), 2.0 * is_social[order])]
    group[third] = 3
    rest = order[group[order] == 1]
    group[rest[choose(rng, listed("group_2"), np.zeros(len(rest)))]] = 2
    return Traits(
        flags=_flags(rng, is_poor, year),
        has_female_head=some("female_head", 0.2 * is_social),
        is_minority=some("minority_head"),
        is_merit=some("merit"),
        is_social=is_social,
        group=group,
        needs=_needs(rng, group, year),
    )


def _needs(rng: np.random.Generator, group: np.ndarray, year: int) -> np.ndarray:
    """Needs (households, needs): the counts of the calibration, one need of a group at most on a household."""
    asked = np.zeros((len(group), len(needs())), bool)
    for one in need_groups():
        scores = calibration.value("need_score_without_labour", one.code) * (group == 3)
        counts = [calibration.count("need_households", need, year) for need in one.needs]
        chosen = choose(rng, sum(counts), scores)
        if len(counts) > 1:
            chosen = rng.permutation(chosen)
        asked[chosen, one.columns.start + np.repeat(np.arange(len(counts)), counts)] = True
    return asked


def _flags(rng: np.random.Generator, is_poor: np.ndarray, year: int) -> np.ndarray:
    """Deprivations (households, indicators): the counts, at least three for the poor and at most two for the others."""
    counts = np.array([calibration.count("deprived_households", code, year) for code in indicators()])
    marks = np.where(
        is_poor, 3 + rng.binomial(7, 0.19, len(is_poor)), rng.choice(3, len(is_poor), p=[0.06, 0.18, 0.76])
    )
    difference = int(counts.sum() - marks.sum())
    step = 1 if difference > 0 else -1
    can_change = np.flatnonzero(is_poor & (marks + step >= 3) & (marks + step <= 9))
    marks[rng.choice(can_change, abs(difference), replace=False)] += step
    flags = np.zeros((len(is_poor), len(counts)), bool)
    flags[:, counts > 0] = matrix_with_margins(rng, marks, counts[counts > 0])
    return flags
