"""The members of new households: sizes, relations, sexes, births, names."""

import numpy as np
import pandas as pd

from sample import names
from sample.tables import Population, birth_years, days_of_years
from sample.vocabulary import CHILD, FEMALE, GRANDCHILD, HEAD, MALE, OTHER, PARENT, SPOUSE

FEW = 450_000
_SIZES = np.array([0.095, 0.165, 0.215, 0.245, 0.155, 0.075, 0.03, 0.02])  # one to eight members, 3.6 on average


def add_members(
    population: Population,
    rng: np.random.Generator,
    year: int,
    households: np.ndarray,
    is_female_head: np.ndarray,
    needs_child: np.ndarray,
) -> None:
    """Gives each new household its members; `needs_child` asks for one under 16 (a deprivation of children)."""
    count = len(households)
    group = population.households["group"][households]
    sizes = 1 + rng.choice(len(_SIZES), count, p=_SIZES / _SIZES.sum())
    sizes = np.where(group == 3, np.maximum(1, sizes - rng.integers(0, 3, count)), sizes)
    sizes = np.where(group != 3, np.maximum(sizes, 1 + (rng.random(count) < 0.5)), sizes)
    sizes = np.where(needs_child, np.maximum(sizes, 3), sizes)
    head_age = np.where(group == 3, rng.normal(68, 11, count), rng.normal(47, 12, count))
    head_age = np.clip(head_age, 22, 93).astype(np.int64)
    has_spouse = (sizes >= 2) & (rng.random(count) < np.where(is_female_head, 0.36, 0.84))

    owner = np.repeat(np.arange(count), sizes)
    slot = np.arange(len(owner)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    age_of_head = head_age[owner]
    draw = rng.random(len(owner))
    parent_share = np.where(age_of_head < 62, 0.09, 0.0)
    grandchild_share = np.where(age_of_head > 50, 0.34, 0.0)
    relation = np.full(len(owner), CHILD, np.int8)
    relation[draw < parent_share + grandchild_share + 0.05] = OTHER
    relation[draw < parent_share + grandchild_share] = GRANDCHILD
    relation[draw < parent_share] = PARENT
    relation[(slot == 1) & has_spouse[owner]] = SPOUSE
    relation[slot == 0] = HEAD
    is_asked_child = needs_child[owner] & (slot == sizes[owner] - 1)
    relation[is_asked_child] = np.where(age_of_head[is_asked_child] < 56, CHILD, GRANDCHILD)

    age = np.select(
        [relation == HEAD, relation == SPOUSE, relation == CHILD, relation == PARENT, relation == GRANDCHILD],
        [
            age_of_head,
            np.maximum(19, age_of_head - np.where(is_female_head[owner], -3, 3) + rng.normal(0, 3.5, len(owner))),
            age_of_head - rng.integers(20, 37, len(owner)),
            np.minimum(99, age_of_head + rng.integers(19, 33, len(owner))),
            age_of_head - rng.integers(42, 62, len(owner)),
        ],
        rng.integers(3, 80, len(owner)),
    ).astype(np.int64)
    age = np.maximum(age, rng.integers(0, 4, len(owner)))
    age[is_asked_child] = np.minimum(age[is_asked_child], rng.integers(0, 16, is_asked_child.sum()))

    sex = rng.integers(0, 2, len(owner)).astype(np.int8)
    head_sex = np.where(is_female_head, FEMALE, MALE)[owner]
    sex[relation == HEAD] = head_sex[relation == HEAD]
    sex[relation == SPOUSE] = 1 - head_sex[relation == SPOUSE]
    sex[(relation == PARENT) & (rng.random(len(owner)) < 0.75)] = FEMALE

    surname = _surnames(rng, relation, sex, owner, slot, is_female_head, has_spouse)
    ethnicity = population.households["ethnicity"][households][owner]
    append_persons(
        population, rng, households[owner], relation, sex, days_of_years(rng, year - age), surname, ethnicity
    )


def _surnames(
    rng: np.random.Generator,
    relation: np.ndarray,
    sex: np.ndarray,
    owner: np.ndarray,
    slot: np.ndarray,
    is_female_head: np.ndarray,
    has_spouse: np.ndarray,
) -> np.ndarray:
    """Family names: children take the father's, a head's father shares the head's, the others have their own."""
    surname = names.surnames(rng, len(owner))
    of_head = surname[slot == 0]
    of_father = of_head.copy()
    from_spouse = is_female_head & has_spouse
    of_father[from_spouse] = surname[(relation == SPOUSE) & is_female_head[owner]]
    inherits = (relation == CHILD) | ((relation == GRANDCHILD) & (rng.random(len(owner)) < 0.6))
    surname[inherits] = of_father[owner][inherits]
    is_father = (relation == PARENT) & (sex == MALE)
    surname[is_father] = of_head[owner][is_father]
    return surname


def append_persons(
    population: Population,
    rng: np.random.Generator,
    household: np.ndarray,
    relation: np.ndarray,
    sex: np.ndarray,
    birth: np.ndarray,
    surname: np.ndarray,
    ethnicity: np.ndarray,
) -> np.ndarray:
    """Adds persons with full names and identity cards; returns their numbers.

    Old people often know only their year of birth. The 12-digit number comes between 2021 and 2024, earlier to some.
    """
    count = len(household)
    communes = population.households["commune"][household].tolist()
    return population.persons.append(
        household=household,
        relation=relation,
        sex=sex,
        birth=birth,
        surname=surname,
        name=names.full_names(rng, surname, sex),
        ethnicity=ethnicity,
        new_card_year=rng.choice([2021, 2022, 2023, 2024], count, p=[0.45, 0.22, 0.23, 0.10]),
        has_year_only=rng.random(count) < np.where(birth_years(birth) < 1960, 0.16, 0.02),
        card_province=np.array([population.province_of[code] for code in communes], np.int16),
        card_serial=_card_serials(population, birth, sex),
        has_new_card=np.zeros(count, bool),
        listed_in=np.full(count, -1, np.int32),
        has_typo=np.zeros(count, bool),
    )


def _card_serials(population: Population, birth: np.ndarray, sex: np.ndarray) -> np.ndarray:
    """Serials of new persons, so that with birth year and sex every number and its replacement is one person's.

    The first FEW persons have their own number, later ones a count by birth year and sex; `records` mixes the digits.
    """
    persons = population.persons
    first = len(persons)
    serial = np.arange(first, first + len(birth))
    if serial.size and serial[-1] >= FEW:
        births = np.concatenate([persons["birth"][FEW:], birth[max(FEW - first, 0) :]])
        sexes = np.concatenate([persons["sex"][FEW:], sex[max(FEW - first, 0) :]])
        alike = pd.DataFrame({"year": birth_years(births), "sex": sexes}).groupby(["year", "sex"]).cumcount().to_numpy()
        many = serial >= FEW
        serial[many] = 2 * FEW + 2 * alike[-many.sum() :]
    return serial


def rename_namesakes(population: Population, rng: np.random.Generator, place: np.ndarray) -> None:
    """Renames persons who were never recorded yet, until each differs from everybody else.

    Nobody shares name and birth year with another of a place (a number by household), or a name with another who is or
    was last in the household. Otherwise a new household would now and then be taken for one that was in the list years
    ago, or a newborn for a child that has left: nothing in a workbook could separate them.
    """
    persons = population.persons
    household, listed_in, is_new = persons["household"], persons["listed_in"], persons["listed_in"] < 0
    place_of = np.where(household >= 0, place[np.maximum(household, 0)], -1)
    in_place = pd.DataFrame({"place": place_of, "birth": birth_years(persons["birth"])})
    left = np.flatnonzero((listed_in >= 0) & (listed_in != household))
    home = np.concatenate([listed_in[left], household])

    def is_double() -> np.ndarray:
        names_of_homes = np.concatenate([persons["name"][left], persons["name"]])
        in_home = pd.DataFrame({"home": home, "name": names_of_homes}).duplicated().to_numpy()[len(left) :]
        of_place = in_place.assign(name=persons["name"]).duplicated().to_numpy()
        doubles: np.ndarray = is_new & (household >= 0) & (in_home | of_place)
        return doubles

    double = np.flatnonzero(is_double())
    while len(double):
        persons["name"][double] = names.full_names(rng, persons["surname"][double], persons["sex"][double])
        double = np.flatnonzero(is_double())
