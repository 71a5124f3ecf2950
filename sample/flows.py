"""How the lists move from one year to the next: who leaves, stays, crosses or enters, to reach the year's counts."""

from dataclasses import dataclass

import numpy as np

from sample import events
from sample.allocation import choose
from sample.households import add_households, draw_traits
from sample.tables import Population
from sample.targets import Targets
from sample.vocabulary import (
    AVERAGE,
    DISSOLVED,
    LEFT_LIST,
    MERGED,
    MOVED_IN,
    MOVED_INSIDE,
    MOVED_OUT,
    NEAR_POOR,
    NO_ARRIVAL,
    NO_EXIT,
    NON_POOR,
    OTHER,
    POOR,
    SPLIT_OFF,
)


@dataclass
class Rows:
    """The rows of one year's list, as equally long arrays; a household has at most one row that is not LEFT_LIST."""

    household: np.ndarray
    commune: np.ndarray
    classes: np.ndarray
    arrival: np.ndarray
    exit: np.ndarray

    @classmethod
    def of(
        cls,
        household: np.ndarray,
        commune: np.ndarray,
        classes: np.ndarray | int,
        arrival: int,
        exits: np.ndarray | int,
    ) -> "Rows":
        """Rows of one kind."""
        size = len(household)
        full = [np.broadcast_to(np.asarray(values, np.int8), size) for values in (classes, arrival, exits)]
        return cls(household.astype(np.int64), commune.astype(np.int64), *full)

    @classmethod
    def joined(cls, parts: list["Rows"]) -> "Rows":
        """All rows of several kinds."""
        names = ("household", "commune", "classes", "arrival", "exit")
        return cls(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))


@dataclass(frozen=True)
class Crossings:
    """How many of the households that stay go from one list to the other, and how many enter."""

    poor_to_poor: int
    poor_to_near: int
    near_to_poor: int
    near_to_near: int
    enter_poor: int
    enter_near: int


def plan_crossings(poor_stay: int, near_stay: int, target: Targets) -> Crossings:
    """Flows that reach the target exactly; the entrants are a usual share, or more where the lists grow."""
    near_to_poor, poor_to_near = round(0.035 * near_stay), round(0.12 * poor_stay)
    enter_poor = max(round(0.085 * target.poor), target.poor - near_to_poor - round(0.84 * poor_stay))
    enter_near = max(round(0.11 * target.near_poor), target.near_poor - poor_to_near - round(0.74 * near_stay))
    return Crossings(
        poor_to_poor=target.poor - near_to_poor - enter_poor,
        poor_to_near=poor_to_near,
        near_to_poor=near_to_poor,
        near_to_near=target.near_poor - poor_to_near - enter_near,
        enter_poor=enter_poor,
        enter_near=enter_near,
    )


def above(rng: np.random.Generator, count: int, has_average: bool) -> np.ndarray:
    """Classes above the line: average (where the standard has an average-living line) or non-poor."""
    if not has_average:
        return np.full(count, NON_POOR, np.int8)
    return np.where(rng.random(count) < 0.52, AVERAGE, NON_POOR).astype(np.int8)


def next_list(
    population: Population,
    rng: np.random.Generator,
    year: int,
    target: Targets,
    hamlets: dict[int, list[str]],
    has_average: bool,
) -> Rows:
    """The year's rows; members, moves and new households are brought up to date on the way."""
    households = population.households
    households["welfare"][:] += 0.25 * rng.standard_normal(len(households))
    opening = np.flatnonzero((households["previous"] == POOR) | (households["previous"] == NEAR_POOR))
    left = _leave(population, rng, opening)
    stay = np.setdiff1d(opening, left.household)
    moved, origin = _move_inside(population, rng, stay, hamlets)

    stays = np.zeros(len(households), bool)
    stays[stay] = True
    events.yearly_events(population, rng, year, stays)
    is_poor = households["previous"][stay] == POOR
    plan = plan_crossings(int(is_poor.sum()), int((~is_poor).sum()), target)
    classes = _cross(population, rng, stay, is_poor, plan, has_average, moved)
    arrival = np.where(np.isin(stay, moved), MOVED_INSIDE, NO_ARRIVAL).astype(np.int8)

    staying = Rows(
        stay, households["commune"][stay].astype(np.int64), classes, arrival, np.full(len(stay), NO_EXIT, np.int8)
    )
    leaving_a_commune = Rows.of(moved, origin, LEFT_LIST, NO_ARRIVAL, MOVED_OUT)
    entering = _enter(population, rng, year, stays, plan, hamlets, has_average)
    return Rows.joined([staying, left, leaving_a_commune, entering])


def _leave(population: Population, rng: np.random.Generator, opening: np.ndarray) -> Rows:
    """About 2.4% leave the lists for good: dissolved, merged into another listed household, or moved out."""
    households, persons = population.households, population.persons
    sizes = population.sizes()
    is_small = opening[sizes[opening] <= 2]
    dissolved = is_small[choose(rng, round(0.006 * len(opening)), np.zeros(len(is_small)))]
    others = np.setdiff1d(opening[sizes[opening] <= 3], dissolved)
    merged = others[choose(rng, round(0.005 * len(opening)), np.zeros(len(others)))]
    others = np.setdiff1d(opening, np.concatenate([dissolved, merged]))
    moved = others[choose(rng, round(0.013 * len(opening)), np.zeros(len(others)))]

    hosts = np.setdiff1d(others, moved)
    hosts = hosts[np.argsort(households["commune"][hosts], kind="stable")]
    low = np.searchsorted(households["commune"][hosts], households["commune"][merged], side="left")
    high = np.searchsorted(households["commune"][hosts], households["commune"][merged], side="right")
    host = hosts[np.minimum(low + (rng.random(len(merged)) * (high - low)).astype(np.int64), len(hosts) - 1)]
    new_home = np.full(len(households), -2, np.int64)
    new_home[dissolved] = -1
    new_home[merged] = np.where(high > low, host, -1)
    household = persons["household"]
    changed = np.flatnonzero((household >= 0) & (new_home[np.maximum(household, 0)] > -2))
    household[changed] = new_home[household[changed]]
    persons["relation"][changed] = OTHER

    gone = np.concatenate([dissolved, merged, moved])
    reason = np.repeat([DISSOLVED, MERGED, MOVED_OUT], [len(dissolved), len(merged), len(moved)])
    households["is_gone"][gone] = True
    return Rows.of(gone, households["commune"][gone], LEFT_LIST, NO_ARRIVAL, reason)


def _move_inside(
    population: Population, rng: np.random.Generator, stay: np.ndarray, hamlets: dict[int, list[str]]
) -> tuple[np.ndarray, np.ndarray]:
    """A few households move to another commune of the territory; returns them and the communes they left."""
    households = population.households
    moved = stay[choose(rng, round(0.005 * len(stay)) if len(hamlets) > 1 else 0, np.zeros(len(stay)))]
    origin = households["commune"][moved].astype(np.int64)
    codes = np.array(sorted(hamlets))
    position = np.searchsorted(codes, origin)
    aim = codes[(position + rng.integers(1, len(codes), len(moved))) % len(codes)]
    households["commune"][moved] = aim
    households["hamlet"][moved] = [hamlets[code][int(draw * len(hamlets[code]))] for code, draw in zip(
        aim.tolist(), rng.random(len(aim)).tolist(), strict=True)]  # fmt: skip
    return moved, origin


def _cross(
    population: Population,
    rng: np.random.Generator,
    stay: np.ndarray,
    is_poor: np.ndarray,
    plan: Crossings,
    has_average: bool,
    moved: np.ndarray,
) -> np.ndarray:
    """Classes of the staying households; the better off leave first, movers never do."""
    households = population.households
    communes = np.unique(households["commune"])
    commune_effect = 0.35 * rng.standard_normal(len(communes))
    position = np.searchsorted(communes, households["commune"][stay])
    need = -households["welfare"][stay] - commune_effect[position] + 100.0 * np.isin(stay, moved)
    classes = above(rng, len(stay), has_average)

    poor, near = np.flatnonzero(is_poor), np.flatnonzero(~is_poor)
    still = poor[choose(rng, plan.poor_to_poor, need[poor])]
    rest = np.setdiff1d(poor, still)
    classes[still] = POOR
    classes[rest[choose(rng, plan.poor_to_near, need[rest])]] = NEAR_POOR
    still = near[choose(rng, plan.near_to_near, need[near])]
    rest = np.setdiff1d(near, still)
    classes[still] = NEAR_POOR
    classes[rest[choose(rng, plan.near_to_poor, need[rest])]] = POOR
    return classes


def _recognisable(population: Population, absent: np.ndarray) -> np.ndarray:
    """The absent households whose head was last recorded without a typo.

    Only they come back: without last year's code a household is known by its persons alone.
    """
    heads = population.heads()[absent]
    known: np.ndarray = absent[(heads >= 0) & ~population.persons["has_typo"][heads]]
    return known


def _enter(
    population: Population,
    rng: np.random.Generator,
    year: int,
    stays: np.ndarray,
    plan: Crossings,
    hamlets: dict[int, list[str]],
    has_average: bool,
) -> Rows:
    """Households that were on neither list: split off, known from earlier lists, moved in, new; some found above."""
    households = population.households
    enter = plan.enter_poor + plan.enter_near
    classes = rng.permutation(np.repeat([POOR, NEAR_POOR], [plan.enter_poor, plan.enter_near])).astype(np.int8)
    listed = int(stays.sum()) + enter
    weights = np.bincount(households["commune"][np.flatnonzero(stays)], minlength=max(hamlets) + 1).astype(float)
    codes = np.array(sorted(hamlets))
    weight = (weights[codes] + 2) * np.exp(0.3 * rng.standard_normal(len(codes)))

    def draw_communes(count: int) -> np.ndarray:
        return rng.choice(codes, count, p=weight / weight.sum())

    pool = _recognisable(population, np.flatnonzero(~households["is_gone"] & ~stays & (population.sizes() > 0)))
    recent = 1.5 * (households["previous"][pool] > 0)
    returned = pool[choose(rng, min(round(0.24 * enter), len(pool) // 3), recent - 0.5 * households["welfare"][pool])]

    founder = events.founders(population, rng, year, stays, round(0.006 * listed))
    origin = population.persons["household"][founder]
    split = add_households(
        population, rng, year, households["commune"][origin], hamlets, draw_traits(rng, len(origin)), with_members=False
    )
    households["hamlet"][split] = households["hamlet"][origin]
    households["ethnicity"][split] = households["ethnicity"][origin]
    events.split_off(population, rng, year, founder, split)

    fresh = enter - len(returned) - len(split)
    from_outside = round(0.05 * enter)
    new = add_households(population, rng, year, draw_communes(fresh), hamlets, draw_traits(rng, fresh))

    found = round(0.035 * listed)
    rest = np.setdiff1d(pool, returned)
    again = rest[choose(rng, min(found // 4, len(rest) // 4), 1.5 * (households["previous"][rest] > 0))]
    strangers = add_households(
        population, rng, year, draw_communes(found - len(again)), hamlets, draw_traits(rng, found - len(again))
    )
    above_line = np.concatenate([again, strangers])

    arrivals = (
        (returned, NO_ARRIVAL),
        (split, SPLIT_OFF),
        (new[:from_outside], MOVED_IN),
        (new[from_outside:], NO_ARRIVAL),
    )
    parts, used = [], 0
    for members, arrival in arrivals:
        own = classes[used : used + len(members)]
        parts.append(Rows.of(members, households["commune"][members], own, arrival, NO_EXIT))
        used += len(members)
    own = above(rng, len(above_line), has_average)
    parts.append(Rows.of(above_line, households["commune"][above_line], own, NO_ARRIVAL, NO_EXIT))
    return Rows.joined(parts)
