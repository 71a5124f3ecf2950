"""Planting in the lists: what a kind is given, and from its marks to places in files.

What belongs here: choosing communes, keeping the signed totals in step. What does not: any one kind.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from base.forms import Form
from base.reference import read_table
from sample.lists import YearList, listed_counts
from sample.planting.planted import OPEN, Planted, Spot
from sample.random_streams import stream
from sample.submissions import first_data_row


@dataclass(frozen=True)
class Mark:
    """One finding of a mistake in the lists. `label` is that of the frame's row; None where the finding has no row.

    `role` is None where it has no sheet either.
    """

    check_code: str
    commune: int
    role: str | None
    column: str
    label: int | None = None
    remark: str = ""


@dataclass
class Lists:
    """A year's lists to be changed, those of the year before, and the communes that already have a mistake."""

    now: YearList
    before: YearList | None
    rng: np.random.Generator
    taken: set[int] = field(default_factory=set)

    @property
    def households(self) -> pd.DataFrame:
        """This year's household rows."""
        return self.now.households

    def of(self, commune: int) -> pd.DataFrame:
        """The household rows of a commune."""
        return self.households[self.households["commune"] == commune]

    def free_communes(self) -> list[int]:
        """The communes without a mistake, in a random order that is the same at every call."""
        return [int(code) for code in self._order if code not in self.taken]

    def __post_init__(self) -> None:
        self._order = self.rng.permutation(self.now.totals.index.to_numpy())

    def pick(self, labels: pd.Index) -> int | None:
        """A random frame label, None where there is none."""
        return int(labels[int(self.rng.integers(0, len(labels)))]) if len(labels) else None

    def in_step(self, change: Callable[[], None]) -> None:
        """Makes a change of household rows and lets the signed totals follow; what they are off by stays."""
        before = listed_counts(self.households, self.now.totals)
        change()
        counts = listed_counts(self.households, self.now.totals)
        self.now.totals[counts.columns] += counts - before


# Makes a mistake in a commune and says which findings must appear; an empty list where the commune does not suit.
ListMistake = Callable[[Lists, int], list[Mark]]


@dataclass(frozen=True)
class ListKind:
    """A kind of mistake in the lists, made once in each of its survey years."""

    check_code: str
    years: tuple[int, ...]
    make: ListMistake


class NoPlaceError(RuntimeError):
    """A kind found no commune that suits it."""


def plant_in_lists(
    seed: int,
    now: YearList,
    before: YearList | None,
    form: Form,
    kinds: dict[str, ListKind],
    senders: set[int],
    file_in_force: Callable[[int], str],
) -> list[Planted]:
    """Plants the year's kinds, each in a commune of its own; `kinds` by planted id. Changes the frames of `now`.

    Communes in `senders` are left alone: their files have a mistake of another kind.
    """
    lists = Lists(now, before, stream(seed, "planting", now.year), set(senders))
    marks = [(planted_id, mark) for planted_id, kind in kinds.items() for mark in _make(seed, lists, kind)]
    return list(_places(lists, form, marks, file_in_force))


def _make(seed: int, lists: Lists, kind: ListKind) -> list[Mark]:
    for commune in lists.free_communes():
        marks = kind.make(lists, commune)
        if marks:
            lists.taken |= {commune, *(mark.commune for mark in marks)}
            return marks
    raise NoPlaceError(
        f"With the seed {seed} the province of {lists.now.year} has no commune that suits the mistake "
        f"{kind.check_code}. Take another seed."
    )


def _places(
    lists: Lists, form: Form, marks: list[tuple[str, Mark]], file_in_force: Callable[[int], str]
) -> Iterator[Planted]:
    """Rows are counted when all is planted: a mistake may take a row out."""
    for planted_id, mark in marks:
        row = None
        if mark.role is not None and mark.label is not None:
            frame = lists.now.members if mark.role == "member" else lists.households
            labels = frame.index[frame["commune"] == mark.commune]
            row = first_data_row(form.sheets[mark.role]) + labels.tolist().index(mark.label)
        if mark.role == "total":
            row = 1 + [column.field for column in form.sheets["total"].columns].index(mark.column)
        sheet = form.sheets[mark.role].name if mark.role is not None else ""
        spot = Spot(mark.check_code, sheet, row, mark.column, mark.remark)
        yield Planted(planted_id, file_in_force(mark.commune), lists.now.year, f"{mark.commune:05d}", OPEN, spot)


def bound(check_code: str, name: str, year: int) -> float:
    """A bound of a plausibility check in a survey year: the value of the year, else the one for all years."""
    rows = [row for row in read_table("plausibility_bounds") if (row["check_code"], row["bound"]) == (check_code, name)]
    return float(next(row["value"] for wanted in (str(year), "") for row in rows if row["survey_year"] == wanted))
