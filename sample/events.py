"""What happens to the members of listed households in a year: deaths, births, leaving, joining, splits, new heads."""

import numpy as np

from base.reference import cutoff_date
from sample import names
from sample.allocation import choose
from sample.people import append_persons
from sample.tables import Population, days_of_years
from sample.vocabulary import CHILD, FEMALE, GRANDCHILD, HEAD, MALE, OTHER, PARENT, SPOUSE

_AGE_LIMITS = np.array([0, 50, 65, 75, 85])
_DEATH_RATES = np.array([0.0015, 0.007, 0.018, 0.045, 0.11])


def yearly_events(population: Population, rng: np.random.Generator, year: int, stays: np.ndarray) -> None:
    """Applies a year to the members of the households marked in `stays` (one flag per household)."""
    _deaths_and_departures(population, rng, year, stays)
    name_heads(population, rng)
    _births(population, rng, year, stays)
    _arrivals(population, rng, year, stays)
    _transfers(population, rng, stays)
    _retiring_heads(population, rng, year, stays)


def _deaths_and_departures(population: Population, rng: np.random.Generator, year: int, stays: np.ndarray) -> None:
    persons = population.persons
    members = population.members_of(stays)
    age, relation = population.ages(year)[members], persons["relation"][members]
    rates = _DEATH_RATES[np.searchsorted(_AGE_LIMITS, age, side="right") - 1]
    rates = rates + np.where((relation >= CHILD) & (age >= 18) & (age <= 32), 0.045, 0.0)
    removed = members[rng.random(len(members)) < rates]
    household = persons["household"][removed].copy()
    persons["household"][removed] = -1
    # Somebody of last year's row stays: a household of newcomers only would be another one.
    was_last = population.known_sizes()[household] == 0
    persons["household"][removed[was_last]] = household[was_last]


def _births(population: Population, rng: np.random.Generator, year: int, stays: np.ndarray) -> None:
    persons = population.persons
    members = population.members_of(stays)
    age, relation = population.ages(year)[members], persons["relation"][members]
    may_bear = (persons["sex"][members] == FEMALE) & (age >= 19) & (age <= 41) & (relation <= CHILD)
    mothers = members[may_bear & (rng.random(len(members)) < 0.075)]
    _, first = np.unique(persons["household"][mothers], return_index=True)
    mothers = mothers[first]
    household = persons["household"][mothers]
    head_surname = _surname_of_head(population)[household]
    _newcomers(
        population,
        rng,
        year,
        household,
        np.where(persons["relation"][mothers] == CHILD, GRANDCHILD, CHILD),
        rng.integers(0, 2, len(mothers)),
        np.zeros(len(mothers), np.int64),
        head_surname,
    )


def _arrivals(population: Population, rng: np.random.Generator, year: int, stays: np.ndarray) -> None:
    """A son's or daughter's spouse, or a relative, joins a few households."""
    households = np.flatnonzero(stays)
    chosen = households[rng.random(len(households)) < 0.035]
    _newcomers(
        population,
        rng,
        year,
        chosen,
        np.full(len(chosen), OTHER),
        rng.integers(0, 2, len(chosen)),
        rng.integers(18, 45, len(chosen)),
        names.surnames(rng, len(chosen)),
    )


def _newcomers(
    population: Population,
    rng: np.random.Generator,
    year: int,
    household: np.ndarray,
    relation: np.ndarray,
    sex: np.ndarray,
    age: np.ndarray,
    surname: np.ndarray,
) -> None:
    ethnicity = population.households["ethnicity"][household]
    birth = days_of_years(rng, year - age)
    birth = np.minimum(birth, np.int32(np.datetime64(cutoff_date(year)).astype(np.int64) - 1))
    append_persons(population, rng, household, relation.astype(np.int8), sex, birth, surname, ethnicity)


def _transfers(population: Population, rng: np.random.Generator, stays: np.ndarray) -> None:
    """A few members move to another listed household of their commune."""
    persons, commune = population.persons, population.households["commune"]
    members = population.members_of(stays)
    relation = persons["relation"][members]
    movers = members[(relation >= CHILD) & (rng.random(len(members)) < 0.004)]
    moving = np.bincount(persons["household"][movers], minlength=len(commune))
    movers = movers[(population.known_sizes() > moving)[persons["household"][movers]]]
    hosts = np.flatnonzero(stays)
    hosts = hosts[np.argsort(commune[hosts], kind="stable")]
    low = np.searchsorted(commune[hosts], commune[persons["household"][movers]], side="left")
    high = np.searchsorted(commune[hosts], commune[persons["household"][movers]], side="right")
    persons["household"][movers] = hosts[low + (rng.random(len(movers)) * (high - low)).astype(np.int64)]
    persons["relation"][movers] = OTHER


def _retiring_heads(population: Population, rng: np.random.Generator, year: int, stays: np.ndarray) -> None:
    """About one head in a hundred hands over while alive, to the spouse or to a grown child."""
    persons = population.persons
    members = population.members_of(stays)
    age, relation = population.ages(year), persons["relation"]
    heirs = members[((relation[members] == SPOUSE) | (relation[members] == CHILD)) & (age[members] >= 25)]
    heirs = rng.permutation(heirs)
    _, first = np.unique(persons["household"][heirs], return_index=True)
    chosen = heirs[first]
    chosen = chosen[rng.random(len(chosen)) < 0.016]
    _hand_over(population, rng, chosen)


def name_heads(population: Population, rng: np.random.Generator) -> None:
    """Every household that has members but no head gets one: the spouse, else the eldest."""
    persons = population.persons
    household, relation = persons["household"], persons["relation"]
    has_head = np.zeros(len(population.households), bool)
    has_head[household[(household >= 0) & (relation == HEAD)]] = True
    members = population.members_of(~has_head)
    order = np.lexsort((persons["birth"][members], relation[members] != SPOUSE, household[members]))
    members = members[order]
    _, first = np.unique(household[members], return_index=True)
    _hand_over(population, rng, members[first])


def _hand_over(population: Population, rng: np.random.Generator, new_heads: np.ndarray) -> None:
    """Makes persons the heads of their households and renames the relations of the others from the new head's side."""
    persons = population.persons
    household, relation = persons["household"], persons["relation"]
    old_relation = np.full(len(population.households), -1, np.int8)
    old_relation[household[new_heads]] = relation[new_heads]
    members = population.members_of(old_relation >= 0)
    was = old_relation[household[members]]
    now = relation[members].copy()
    by_spouse, by_child = was == SPOUSE, was == CHILD
    renamed = now.copy()
    renamed[by_spouse & (now == HEAD)] = SPOUSE
    renamed[by_spouse & (now == PARENT)] = OTHER
    renamed[by_child & ((now == HEAD) | (now == SPOUSE))] = PARENT
    renamed[by_child & ((now == CHILD) | (now == PARENT))] = OTHER
    own_child = by_child & (now == GRANDCHILD) & (rng.random(len(now)) < 0.6)
    renamed[own_child] = CHILD
    renamed[~by_spouse & ~by_child] = OTHER
    relation[members] = renamed
    relation[new_heads] = HEAD


def founders(population: Population, rng: np.random.Generator, year: int, stays: np.ndarray, count: int) -> np.ndarray:
    """Grown children (person numbers, at most one a household) who leave households of four and more for their own."""
    persons = population.persons
    members = population.members_of(stays & (population.sizes() >= 4) & (population.known_sizes() >= 2))
    age = population.ages(year)[members]
    can = rng.permutation(members[(persons["relation"][members] == CHILD) & (age >= 23) & (age <= 45)])
    _, first = np.unique(persons["household"][can], return_index=True)
    can = can[first]
    chosen: np.ndarray = can[choose(rng, min(count, len(can)), np.zeros(len(can)))]
    return chosen


def split_off(
    population: Population, rng: np.random.Generator, year: int, founder: np.ndarray, new: np.ndarray
) -> None:
    """Moves each founder into a new household as its head, most with a spouse and a child."""
    persons = population.persons
    persons["household"][founder] = new
    persons["relation"][founder] = HEAD
    sex, age = persons["sex"][founder], population.ages(year)[founder]
    married = rng.random(len(founder)) < 0.8
    parents = married & (rng.random(len(founder)) < 0.75)
    surname = names.surnames(rng, len(founder))
    _newcomers(
        population,
        rng,
        year,
        new[married],
        np.full(married.sum(), SPOUSE),
        1 - sex[married],
        np.maximum(19, age[married] + rng.integers(-4, 5, married.sum())),
        surname[married],
    )
    of_father = np.where(sex == MALE, persons["surname"][founder], surname)
    _newcomers(
        population,
        rng,
        year,
        new[parents],
        np.full(parents.sum(), CHILD),
        rng.integers(0, 2, parents.sum()),
        rng.integers(0, np.maximum(1, age[parents] - 20)),
        of_father[parents],
    )


def _surname_of_head(population: Population) -> np.ndarray:
    persons = population.persons
    surname = np.full(len(population.households), "Nguyễn", object)
    heads = np.flatnonzero((persons["relation"] == HEAD) & (persons["household"] >= 0))
    surname[persons["household"][heads]] = persons["surname"][heads]
    return surname
