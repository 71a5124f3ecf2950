"""The simulated province, year by year.

What belongs here: the order of the steps and the state carried on. What does not: any one step's rules, files.
"""

from collections.abc import Iterator

import numpy as np

from base.forms import form_of_year, load_forms
from sample import communes, events, figures_2021, flows, households, scores
from sample.codes import code_text, number_rows
from sample.flows import Rows
from sample.lists import Findings, YearList, build_list
from sample.movements import recorded_movement
from sample.people import tell_namesakes_apart
from sample.random_streams import stream
from sample.tables import Population
from sample.targets import target_of
from sample.vocabulary import (
    FIRST_YEAR,
    INDICATORS,
    LEFT_LIST,
    NEAR_POOR,
    NO_ARRIVAL,
    NO_EXIT,
    NOT_LISTED,
    POOR,
)

_FOUND_ABOVE_2021 = 2_600


def simulate(seed: int, last_year: int) -> Iterator[YearList]:
    """The lists of 2021 to `last_year`, one after the other."""
    province = Province(seed)
    yield province.first_year()
    for year in range(FIRST_YEAR + 1, last_year + 1):
        yield province.next_year(year)


def active_indicators(year: int) -> np.ndarray:
    """Which of INDICATORS the year's form has."""
    form = form_of_year(load_forms(), year)
    if form is None:
        raise ValueError(f"no form serves {year}")
    fields = {column.field for column in form.sheets["household"].columns}
    return np.array([f"is_deprived_{code}" in fields for code in INDICATORS])


class Province:
    """State between two years."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.population = Population()
        self.hamlets = communes.hamlets_of_2021(seed)
        self.residents: dict[int, int] = {}
        self.highest_code: dict[int, int] = {}

    def first_year(self) -> YearList:
        """2021: the plan's figures, and some households that were reviewed and found above the line."""
        rng = stream(self.seed, "list", FIRST_YEAR)
        counts = figures_2021.commune_counts(self.seed)
        self.residents = counts.residents
        codes = np.array(list(counts.poor))
        poor, near = (np.array([part[c] for c in codes.tolist()]) for part in (counts.poor, counts.near_poor))
        place = np.concatenate([np.repeat(codes, poor), np.repeat(codes, near)])
        classes = np.repeat(np.array([POOR, NEAR_POOR], np.int8), [poor.sum(), near.sum()])
        traits = figures_2021.traits(self.seed, classes)
        listed = households.add_households(self.population, rng, FIRST_YEAR, place, self.hamlets, traits)
        place_above = rng.choice(place, _FOUND_ABOVE_2021)
        others = households.add_households(
            self.population, rng, FIRST_YEAR, place_above, self.hamlets, households.draw_traits(rng, len(place_above))
        )
        rows = Rows.joined(
            [
                Rows.of(listed, place, classes, NO_ARRIVAL, NO_EXIT),
                Rows.of(others, place_above, flows.above(rng, len(others), True), NO_ARRIVAL, NO_EXIT),
            ]
        )
        return self._report(rng, FIRST_YEAR, rows, renumbered=set(), heads_before=self.population.heads())

    def next_year(self, year: int) -> YearList:
        """A later year: reorganisations, flows, members' events, then the review."""
        rng = stream(self.seed, "list", year)
        renumbered = self._reorganise(rng, year)
        target = target_of(year)
        self.residents = communes.carry_residents(self.residents, year, target.residents, self.seed)
        heads_before = self.population.heads()
        has_average = scores.lines_of(year).average_living is not None
        rows = flows.next_list(self.population, rng, year, target, self.hamlets, has_average)
        events.name_heads(self.population, rng)
        households.redraw_some(self.population, rng, np.unique(rows.household), 0.12)
        return self._report(rng, year, rows, renumbered, heads_before)

    def _reorganise(self, rng: np.random.Generator, year: int) -> set[int]:
        """Carries places to this year's communes; returns the communes that deal new codes."""
        new_code, merged = communes.successors(year)
        old, table = np.array(sorted(new_code)), self.population.households
        new = np.array([new_code[code] for code in old.tolist()])
        table["commune"][:] = new[np.searchsorted(old, table["commune"])]
        hamlets: dict[int, list[str]] = {}
        for code in old.tolist():
            known = hamlets.setdefault(new_code[code], [])
            known.extend(hamlet for hamlet in self.hamlets[code] if hamlet not in known)
        self.hamlets = hamlets
        return merged | {code for code in sorted(hamlets) if rng.random() < 0.06}

    def _report(
        self, rng: np.random.Generator, year: int, rows: Rows, renumbered: set[int], heads_before: np.ndarray
    ) -> YearList:
        table = self.population.households
        tell_namesakes_apart(
            self.population, stream(self.seed, "namesakes", year), communes.places_of_2025(table["commune"], year)
        )
        active, lines = active_indicators(year), scores.lines_of(year)
        own, is_left = rows.household, rows.classes == LEFT_LIST
        urban_by_code = communes.is_urban(year)
        urban = np.array([urban_by_code[code] for code in rows.commune.tolist()])

        flags = table["flags"][own] & active
        if year > FIRST_YEAR:
            flags = self._deprivations(rng, year, rows, active, lines.minimum)
        else:
            is_above = rows.classes > NEAR_POOR
            settled = self._deprivations(rng, year, rows, active, lines.minimum)
            flags = np.where(is_above[:, None], settled, flags)
        flags[is_left] = False
        table["flags"][own[~is_left]] = flags[~is_left]

        b1 = np.full(len(own), np.nan)
        if lines.cutoff_b1 is not None:
            b1 = scores.draw_b1(rng, rows.classes, urban, lines.cutoff_b1)
        movement = recorded_movement(
            table["previous"][own], table["ever_poor"][own], table["ever_near_poor"][own], rows.classes, rows.arrival
        )
        kept = np.where(
            (table["previous"][own] != NOT_LISTED) & (table["code_commune"][own] == rows.commune),
            table["code_number"][own],
            0,
        )
        number = number_rows(rng, rows.commune, table["hamlet"][own], kept, self.highest_code, renumbered)
        heads = self.population.heads()
        previous_code, has_gap = self._previous_codes(rng, rows, number, heads_before)
        found = Findings(
            flags=flags,
            b1=b1,
            income=scores.draw_income(rng, rows.classes, urban, lines),
            movement=movement,
            code=code_text(rows.commune, number),
            code_number=number,
            previous_code=previous_code,
            needs_persons=has_gap | ((table["previous"][own] == NOT_LISTED) & (table["listed_size"][own] > 0)),
            head=np.where(is_left, heads_before[np.minimum(own, len(heads_before) - 1)], heads[own]),
            is_urban=urban,
        )
        persons = communes.resident_persons(self.residents, year, self.seed)
        report = build_list(self.population, rng, year, rows, found, self.residents, persons, active)
        self._remember(rows, number)
        return report

    def _deprivations(
        self, rng: np.random.Generator, year: int, rows: Rows, active: np.ndarray, minimum: int
    ) -> np.ndarray:
        table, persons = self.population.households, self.population.persons
        has_child = np.zeros(len(table), bool)
        children = (persons["household"] >= 0) & (self.population.ages(year) < 16)
        has_child[persons["household"][children]] = True
        own = rows.household
        is_new = table["previous"][own] == NOT_LISTED
        return scores.settle_flags(rng, table["flags"][own], rows.classes, has_child[own], active, minimum, is_new)

    def _previous_codes(
        self, rng: np.random.Generator, rows: Rows, number: np.ndarray, heads_before: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Last year's codes as clerks give them, and the rows where they do not tell which household it was.

        1% are missing, and after a new code 4% and another 1.5% are a neighbour's; never where the persons would not
        tell it either.
        """
        table, own = self.population.households, rows.household
        was_listed = table["previous"][own] != NOT_LISTED
        codes = np.full(len(own), None, object)
        has_gap = np.zeros(len(own), bool)
        listed = np.flatnonzero(was_listed)
        households = own[listed]
        old_commune, old_number = table["code_commune"][households], table["code_number"][households]
        right = code_text(old_commune, old_number)
        changed = (old_commune != rows.commune[listed]) | (old_number != number[listed])
        by_place = np.lexsort((old_number, old_commune))
        neighbour = np.empty(len(listed), object)
        neighbour[by_place] = right[np.roll(by_place, 1)]

        can_tell = (
            (rows.classes[listed] != LEFT_LIST)
            & (rows.arrival[listed] == NO_ARRIVAL)
            & self._persons_tell(households, heads_before)
        )
        draw = np.where(can_tell, rng.random(len(listed)), 0.5)
        is_missing, is_wrong = draw < np.where(changed, 0.04, 0.01), changed & (draw > 0.985)
        given = np.where(is_wrong, neighbour, right)
        given[is_missing] = None
        codes[listed] = given
        has_gap[listed] = is_missing | is_wrong
        return codes, has_gap

    def _persons_tell(self, households: np.ndarray, heads_before: np.ndarray) -> np.ndarray:
        """Whether the persons tell which household of last year each is.

        Half of them were recorded there without a slip, among these its head, who headed it then too or is one of two.
        """
        table, persons = self.population.households, self.population.persons
        is_clear = ~persons["has_slip"] & (persons["household"] == persons["listed_in"])
        clear = np.bincount(persons["household"][is_clear & (persons["household"] >= 0)], minlength=len(table))
        most = np.maximum(table["listed_size"], self.population.sizes())
        head = self.population.heads()[households]
        tells: np.ndarray = (
            is_clear[head]
            & ((head == heads_before[households]) | (clear[households] >= 2))
            & (2 * clear >= most)[households]
        )
        return tells

    def _remember(self, rows: Rows, number: np.ndarray) -> None:
        """Turns this year's rows into last year's state."""
        table = self.population.households
        has_class = rows.classes != LEFT_LIST
        own, classes = rows.household[has_class], rows.classes[has_class]
        table["previous"][:] = NOT_LISTED
        table["previous"][own] = classes
        table["ever_poor"][own[classes == POOR]] = True
        table["ever_near_poor"][own[classes == NEAR_POOR]] = True
        table["code_number"][own] = number[has_class]
        table["code_commune"][own] = rows.commune[has_class]
        table["listed_size"][own] = self.population.sizes()[own]
        persons, is_listed = self.population.persons, np.zeros(len(table), bool)
        is_listed[own] = True
        members = self.population.members_of(is_listed)
        persons["listed_in"][members] = persons["household"][members]
