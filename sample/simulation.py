"""The simulated territory, year by year: the order of the steps and the state between two years."""

from collections.abc import Iterator

import numpy as np

from sample import calibration, communes, events, first_year, flows, households, scores
from sample.codes import code_text, number_rows
from sample.flows import Rows
from sample.lists import Findings, YearList, build_list
from sample.movements import recorded_movement
from sample.people import rename_namesakes
from sample.random_streams import stream
from sample.tables import Population
from sample.targets import Targets, first_targets, next_targets
from sample.vocabulary import (
    LEFT_LIST,
    NEAR_POOR,
    NO_ARRIVAL,
    NO_EXIT,
    NOT_LISTED,
    POOR,
    active_indicators,
    survey_years,
)


def simulate(seed: int, last_year: int) -> Iterator[YearList]:
    """The lists of the first survey year to `last_year`, one after the other."""
    simulation = Simulation(seed)
    first, *later = (year for year in survey_years() if year <= last_year)
    yield simulation.first_year(first)
    for year in later:
        yield simulation.next_year(year)


class Simulation:
    """State between two years."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        units = communes.units_of(survey_years()[0])
        self.population = Population({code: int(unit.province_code) for code, unit in units.items()})
        self.hamlets = communes.first_hamlets(seed)
        self.targets: Targets = first_targets()
        self.residents: dict[int, int] = {}
        self.highest_code: dict[int, int] = {}

    def first_year(self, year: int) -> YearList:
        """The counts of the calibration, and some households that were reviewed and found above the line."""
        rng = stream(self.seed, "list", year)
        counts = first_year.commune_counts(self.seed, year, self.targets)
        self.residents = counts.residents
        codes = np.array(list(counts.poor))
        poor, near = (np.array([part[c] for c in codes.tolist()]) for part in (counts.poor, counts.near_poor))
        commune = np.concatenate([np.repeat(codes, poor), np.repeat(codes, near)])
        classes = np.repeat(np.array([POOR, NEAR_POOR], np.int8), [poor.sum(), near.sum()])
        has_counts = first_year.has_counted_traits(year)
        if has_counts:
            traits = first_year.counted_traits(self.seed, year, classes)
        else:
            traits = households.draw_traits(rng, len(classes))
        listed = households.add_households(self.population, rng, year, commune, self.hamlets, traits)
        commune_above = rng.choice(commune, round(calibration.value("found_above_share") * len(commune)))
        others = households.add_households(
            self.population, rng, year, commune_above, self.hamlets, households.draw_traits(rng, len(commune_above))
        )
        has_average = scores.lines_of(year).average_living is not None
        rows = Rows.joined(
            [
                Rows.of(listed, commune, classes, NO_ARRIVAL, NO_EXIT),
                Rows.of(others, commune_above, flows.above(rng, len(others), has_average), NO_ARRIVAL, NO_EXIT),
            ]
        )
        keeps_flags = (rows.classes <= NEAR_POOR) & has_counts
        return self._report(rng, year, rows, set(), self.population.heads(), keeps_flags)

    def next_year(self, year: int) -> YearList:
        """A later year: reorganisations, flows, members' events, then the review."""
        rng = stream(self.seed, "list", year)
        renumbered = self._reorganise(rng, year)
        self.targets = next_targets(self.targets, year)
        self.residents = communes.carry_residents(self.residents, year, self.targets.residents, self.seed)
        heads_before = self.population.heads()
        has_average = scores.lines_of(year).average_living is not None
        rows = flows.next_list(self.population, rng, year, self.targets, self.hamlets, has_average)
        events.name_heads(self.population, rng)
        households.redraw_some(self.population, rng, np.unique(rows.household), 0.12)
        return self._report(rng, year, rows, renumbered, heads_before, np.zeros(len(rows.household), bool))

    def _reorganise(self, rng: np.random.Generator, year: int) -> set[int]:
        """Maps households, hamlets and provinces to this year's communes; returns the communes that deal new codes."""
        new_code, merged = communes.successors(year)
        old, table = np.array(sorted(new_code)), self.population.households
        new = np.array([new_code[code] for code in old.tolist()])
        table["commune"][:] = new[np.searchsorted(old, table["commune"])]
        hamlets: dict[int, list[str]] = {}
        province_of: dict[int, int] = {}
        for code in old.tolist():
            province_of.setdefault(new_code[code], self.population.province_of[code])
            known = hamlets.setdefault(new_code[code], [])
            known.extend(hamlet for hamlet in self.hamlets[code] if hamlet not in known)
        self.hamlets, self.population.province_of = hamlets, province_of
        return set(merged) | {code for code in sorted(hamlets) if rng.random() < 0.06}

    def _report(
        self,
        rng: np.random.Generator,
        year: int,
        rows: Rows,
        renumbered: set[int],
        heads_before: np.ndarray,
        keeps_flags: np.ndarray,
    ) -> YearList:
        """The year's list; the rows marked in `keeps_flags` keep the deprivations that their household has."""
        table = self.population.households
        rename_namesakes(
            self.population, stream(self.seed, "namesakes", year), communes.last_communes(table["commune"], year)
        )
        active, lines = active_indicators(year), scores.lines_of(year)
        own, is_left = rows.household, rows.classes == LEFT_LIST
        urban_by_code = communes.is_urban(year)
        urban = np.array([urban_by_code[code] for code in rows.commune.tolist()])

        settled = self._deprivations(rng, year, rows, active, lines.minimum)
        flags = np.where(keeps_flags[:, None], table["flags"][own] & active, settled)
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
        """Last year's codes as clerks give them, and the rows where they do not show which household it was.

        1% are missing, and after a new code 4% and another 1.5% are a neighbour's; never where the persons would not
        show it either.
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
        by_code = np.lexsort((old_number, old_commune))
        neighbour = np.empty(len(listed), object)
        neighbour[by_code] = right[np.roll(by_code, 1)]

        can_show = (
            (rows.classes[listed] != LEFT_LIST)
            & (rows.arrival[listed] == NO_ARRIVAL)
            & self._persons_show(households, heads_before)
        )
        draw = np.where(can_show, rng.random(len(listed)), 0.5)
        is_missing, is_wrong = draw < np.where(changed, 0.04, 0.01), changed & (draw > 0.985)
        given = np.where(is_wrong, neighbour, right)
        given[is_missing] = None
        codes[listed] = given
        has_gap[listed] = is_missing | is_wrong
        return codes, has_gap

    def _persons_show(self, households: np.ndarray, heads_before: np.ndarray) -> np.ndarray:
        """Whether the persons show which household of last year each is.

        Half of them were recorded there without a typo, among these its head, who headed it then too or is one of two.
        """
        table, persons = self.population.households, self.population.persons
        is_clear = ~persons["has_typo"] & (persons["household"] == persons["listed_in"])
        clear = np.bincount(persons["household"][is_clear & (persons["household"] >= 0)], minlength=len(table))
        most = np.maximum(table["listed_size"], self.population.sizes())
        head = self.population.heads()[households]
        shows: np.ndarray = (
            is_clear[head]
            & ((head == heads_before[households]) | (clear[households] >= 2))
            & (2 * clear >= most)[households]
        )
        return shows

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
