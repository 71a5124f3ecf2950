"""The state of the simulation: growing tables of households and of persons, as numpy columns."""

from dataclasses import dataclass, field

import numpy as np

from sample.vocabulary import HEAD, causes, indicators, needs


class Table:
    """Equally long numpy columns by name; a row's number is its identity and never changes."""

    def __init__(self, **columns: np.ndarray) -> None:
        self.columns = columns

    def __len__(self) -> int:
        return len(next(iter(self.columns.values())))

    def __getitem__(self, name: str) -> np.ndarray:
        return self.columns[name]

    def append(self, **columns: np.ndarray) -> np.ndarray:
        """Adds rows (every column must be given); returns their row numbers."""
        if set(columns) != set(self.columns):
            raise ValueError(f"columns differ: {sorted(set(columns) ^ set(self.columns))}")
        first = len(self)
        for name, values in columns.items():
            old = self.columns[name]
            self.columns[name] = np.concatenate([old, np.asarray(values, dtype=old.dtype)])
        return np.arange(first, len(self))


def _households() -> Table:
    return Table(
        commune=np.empty(0, np.int32),  # the unit of the simulated year's end
        hamlet=np.empty(0, object),
        ethnicity=np.empty(0, np.int8),  # position in ethnicities()
        group=np.empty(0, np.int8),  # 1, 2, 3; 0 is none
        is_merit=np.empty(0, bool),
        is_social=np.empty(0, bool),
        welfare=np.empty(0, np.float64),  # higher leaves the lists sooner
        flags=np.empty((0, len(indicators())), bool),
        causes=np.empty((0, len(causes())), bool),
        needs=np.empty((0, len(needs())), bool),
        previous=np.empty(0, np.int8),  # class of last year's row; NOT_LISTED without one
        ever_poor=np.empty(0, bool),
        ever_near_poor=np.empty(0, bool),
        is_gone=np.empty(0, bool),
        code_number=np.empty(0, np.int32),  # of last year's row
        code_commune=np.empty(0, np.int32),  # of last year's row
        listed_size=np.empty(0, np.int16),  # members in its last row; 0 before it has one
    )


def _persons() -> Table:
    return Table(
        household=np.empty(0, np.int32),  # -1: in no listed household
        relation=np.empty(0, np.int8),
        sex=np.empty(0, np.int8),
        birth=np.empty(0, np.int32),  # days since 1970-01-01
        surname=np.empty(0, object),
        name=np.empty(0, object),
        ethnicity=np.empty(0, np.int8),
        new_card_year=np.empty(0, np.int16),  # from this survey year the 12-digit number is used
        has_year_only=np.empty(0, bool),
        card_province=np.empty(0, np.int16),
        card_serial=np.empty(0, np.int32),
        has_new_card=np.empty(0, bool),  # its number was replaced
        listed_in=np.empty(0, np.int32),  # household of the person's last record; -1 before there is one
        has_typo=np.empty(0, bool),  # that record has a typo or a gap
    )


@dataclass
class Population:
    """All households and persons that were ever in a list, with the current state of each.

    `province_of` has by commune the number of the province that it belonged to in the first year.
    """

    province_of: dict[int, int]
    households: Table = field(default_factory=_households)
    persons: Table = field(default_factory=_persons)

    def members_of(self, is_household: np.ndarray) -> np.ndarray:
        """Person numbers whose household is marked; `is_household` has one flag per household."""
        household = self.persons["household"]
        return np.flatnonzero((household >= 0) & is_household[np.maximum(household, 0)])

    def sizes(self) -> np.ndarray:
        """Members per household, shape (households,)."""
        household = self.persons["household"]
        return np.bincount(household[household >= 0], minlength=len(self.households))

    def heads(self) -> np.ndarray:
        """The head's person number by household, -1 where nobody is left."""
        heads = np.full(len(self.households), -1, np.int64)
        numbers = np.flatnonzero((self.persons["relation"] == HEAD) & (self.persons["household"] >= 0))
        heads[self.persons["household"][numbers]] = numbers
        return heads

    def known_sizes(self) -> np.ndarray:
        """Members per household who were in its last row too, shape (households,)."""
        household = self.persons["household"]
        is_known = (household >= 0) & (household == self.persons["listed_in"])
        return np.bincount(household[is_known], minlength=len(self.households))

    def ages(self, year: int) -> np.ndarray:
        """Completed years at the end of a year, shape (persons,)."""
        return year - birth_years(self.persons["birth"])


def birth_years(birth: np.ndarray) -> np.ndarray:
    """Calendar years of day numbers."""
    return birth.astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64) + 1970


def days_of_years(rng: np.random.Generator, years: np.ndarray) -> np.ndarray:
    """A random day of each year, as a day number."""
    first = (np.asarray(years) - 1970).astype("datetime64[Y]").astype("datetime64[D]").astype(np.int64)
    return (first + rng.integers(0, 365, len(first))).astype(np.int32)
