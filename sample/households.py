"""New households with their lasting traits: hamlet, group, needs, causes.

What belongs here: what a household is when it first appears. What does not: its class of a year.
"""

import numpy as np

from sample.figures_2021 import Traits
from sample.people import add_members
from sample.tables import Population
from sample.vocabulary import CAUSES, CHILD_INDICATORS, INDICATORS, NOT_LISTED

_EMPLOYMENT_SHARES = np.array([0.658, 0.131, 0.023, 0.133, 0.055])  # none, then by EMPLOYMENT_NEEDS, as in 2021
_KNOWLEDGE_SHARES = np.array([0.753, 0.071, 0.099, 0.035, 0.042])
_CAUSE_SHARES = np.array([0.36, 0.42, 0.22, 0.17, 0.24, 0.30, 0.21, 0.10])
_CHILD_COLUMNS = [INDICATORS.index(code) for code in CHILD_INDICATORS]


def draw_traits(rng: np.random.Generator, count: int) -> Traits:
    """Random traits with about the shares of 2021, for households that no published count covers."""
    return Traits(
        flags=np.zeros((count, len(INDICATORS)), bool),
        has_female_head=rng.random(count) < 0.44,
        is_minority=rng.random(count) < 0.0016,
        is_merit=rng.random(count) < 0.008,
        is_social=rng.random(count) < 0.12,
        group=rng.choice([1, 2, 3], count, p=[0.665, 0.07, 0.265]).astype(np.int8),
        need_loan=rng.random(count) < 0.585,
        need_employment=rng.choice(5, count, p=_EMPLOYMENT_SHARES).astype(np.int8),
        need_knowledge=rng.choice(5, count, p=_KNOWLEDGE_SHARES).astype(np.int8),
    )


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
    place = rng.random(count)
    hamlet = np.empty(count, object)
    hamlet[:] = [hamlets[c][int(p * len(hamlets[c]))] for c, p in zip(communes.tolist(), place.tolist(), strict=True)]
    numbers = population.households.append(
        commune=communes,
        hamlet=hamlet,
        ethnicity=np.where(traits.is_minority, rng.choice([1, 1, 1, 2, 2, 3, 4, 5], count), 0),
        group=traits.group,
        is_merit=traits.is_merit,
        is_social=traits.is_social,
        welfare=rng.standard_normal(count),
        flags=traits.flags,
        causes=draw_causes(rng, traits.group),
        need_loan=traits.need_loan,
        need_employment=traits.need_employment,
        need_knowledge=traits.need_knowledge,
        previous=np.full(count, NOT_LISTED, np.int8),
        ever_poor=np.zeros(count, bool),
        ever_near_poor=np.zeros(count, bool),
        is_gone=np.zeros(count, bool),
        code_number=np.zeros(count, np.int32),
        code_commune=np.zeros(count, np.int32),
        listed_size=np.zeros(count, np.int16),
    )
    if with_members:
        needs_child: np.ndarray = np.asarray(traits.flags[:, _CHILD_COLUMNS].any(axis=1))
        add_members(population, rng, year, numbers, traits.has_female_head, needs_child)
    return numbers


def draw_causes(rng: np.random.Generator, group: np.ndarray) -> np.ndarray:
    """Causes of poverty (households, 8), at least one each; without labour capacity most lack labour."""
    shares = np.tile(_CAUSE_SHARES, (len(group), 1))
    shares[group == 3, CAUSES.index("no_labour")] = 0.8
    causes = rng.random(shares.shape) < shares
    without = np.flatnonzero(~causes.any(axis=1))
    causes[without, rng.integers(0, len(CAUSES), len(without))] = True
    return causes


def redraw_some(population: Population, rng: np.random.Generator, listed: np.ndarray, share: float) -> None:
    """Needs and causes of a few of the listed households change in a year."""
    chosen = listed[rng.random(len(listed)) < share]
    fresh = draw_traits(rng, len(chosen))
    households = population.households
    for name in ("need_loan", "need_employment", "need_knowledge"):
        households[name][chosen] = getattr(fresh, name)
    households["causes"][chosen] = draw_causes(rng, households["group"][chosen])
