"""New households with their lasting traits: hamlet, group, needs, causes."""

import numpy as np

from sample import calibration
from sample.first_year import Traits
from sample.people import add_members
from sample.tables import Population
from sample.vocabulary import NOT_LISTED, causes, indicators, is_of_children, need_groups, needs


def draw_traits(rng: np.random.Generator, count: int) -> Traits:
    """Random traits with the shares of the calibration, for households that no count of it covers."""

    def some(subject: str) -> np.ndarray:
        return rng.random(count) < calibration.value("household_share", subject)

    return Traits(
        flags=np.zeros((count, len(indicators())), bool),
        has_female_head=some("female_head"),
        is_minority=some("minority_head"),
        is_merit=some("merit"),
        is_social=some("social_protection"),
        group=rng.choice([1, 2, 3], count, p=calibration.values("poverty_group_share", ("1", "2", "3"))).astype(
            np.int8
        ),
        needs=_draw_needs(rng, count),
    )


def _draw_needs(rng: np.random.Generator, count: int) -> np.ndarray:
    """Needs (households, needs), one of a group at most."""
    asked = np.zeros((count, len(needs())), bool)
    for group in need_groups():
        shares = calibration.values("need_share", group.needs)
        if len(shares) == 1:
            asked[:, group.columns.start] = rng.random(count) < shares[0]
        else:
            chosen = rng.choice(len(shares) + 1, count, p=[1 - shares.sum(), *shares])
            asked[:, group.columns] = chosen[:, None] == np.arange(1, len(shares) + 1)
    return asked


def _draw_ethnicities(rng: np.random.Generator, is_minority: np.ndarray) -> np.ndarray:
    """Positions in the list of ethnicities; 0 is the majority."""
    weights = [int(weight) for weight in calibration.subjects("minority_weight").values()]
    pool = np.repeat(np.arange(1, len(weights) + 1), weights)
    return np.where(is_minority, rng.choice(pool, len(is_minority)), 0)


def add_households(
    population: Population,
    rng: np.random.Generator,
    year: int,
    communes: np.ndarray,
    hamlets: dict[int, list[str]],
    traits: Traits,
    with_members: bool = True,
) -> np.ndarray:
    """Adds one household per commune given; returns their numbers."""
    count = len(communes)
    draws = zip(communes.tolist(), rng.random(count).tolist(), strict=True)
    hamlet = np.empty(count, object)
    hamlet[:] = [hamlets[code][int(draw * len(hamlets[code]))] for code, draw in draws]
    numbers = population.households.append(
        commune=communes,
        hamlet=hamlet,
        ethnicity=_draw_ethnicities(rng, traits.is_minority),
        group=traits.group,
        is_merit=traits.is_merit,
        is_social=traits.is_social,
        welfare=rng.standard_normal(count),
        flags=traits.flags,
        causes=draw_causes(rng, traits.group),
        needs=traits.needs,
        previous=np.full(count, NOT_LISTED, np.int8),
        ever_poor=np.zeros(count, bool),
        ever_near_poor=np.zeros(count, bool),
        is_gone=np.zeros(count, bool),
        code_number=np.zeros(count, np.int32),
        code_commune=np.zeros(count, np.int32),
        listed_size=np.zeros(count, np.int16),
    )
    if with_members:
        needs_child: np.ndarray = np.asarray(traits.flags[:, is_of_children()].any(axis=1))
        add_members(population, rng, year, numbers, traits.has_female_head, needs_child)
    return numbers


def draw_causes(rng: np.random.Generator, group: np.ndarray) -> np.ndarray:
    """Causes of poverty (households, causes), at least one each; group 3, without labour, has shares of its own."""
    shares = np.tile(calibration.values("cause_share", causes()), (len(group), 1))
    for code, share in calibration.subjects("cause_share_without_labour").items():
        shares[group == 3, causes().index(code)] = share
    drawn = rng.random(shares.shape) < shares
    without = np.flatnonzero(~drawn.any(axis=1))
    drawn[without, rng.integers(0, len(causes()), len(without))] = True
    return drawn


def redraw_some(population: Population, rng: np.random.Generator, listed: np.ndarray, share: float) -> None:
    """Needs and causes of a few of the listed households change in a year."""
    chosen = listed[rng.random(len(listed)) < share]
    households = population.households
    households["needs"][chosen] = draw_traits(rng, len(chosen)).needs
    households["causes"][chosen] = draw_causes(rng, households["group"][chosen])
