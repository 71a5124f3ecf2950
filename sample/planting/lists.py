"""Planting in the lists: what a kind is given, the choice of communes, and the cell addresses of its findings."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from base.forms import Form
from base.reference import read_table
from sample.communes import code_text
from sample.lists import YearList, listed_counts
from sample.planting.planted import OPEN, Expected, Planted, left_out_of
from sample.random_streams import stream
from sample.scores import lines_of
from sample.submissions import first_data_row
from sample.vocabulary import survey_years


@dataclass(frozen=True)
class ListFinding:
    """One finding of an error in the lists. `label` is that of the frame's row; None where the finding has no row.

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
    """A year's lists to be changed, those of the year before, and the communes that already have an error."""

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
        """The communes without an error, in a random order that is the same at every call."""
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


# Makes an error in a commune and says which findings must appear; an empty list where the commune is not suitable.
ListError = Callable[[Lists, int], list[ListFinding]]


@dataclass(frozen=True)
class ListKind:
    """A kind of error in the lists, made once in each of its survey years."""

    check_code: str
    years: Callable[[], tuple[int, ...]]
    make: ListError


def nth_year(number: int) -> Callable[[], tuple[int, ...]]:
    """Years of a kind: the survey year of this number (from 1), or the last one."""
    return lambda: survey_years()[:number][-1:]


def last_year() -> tuple[int, ...]:
    """Years of a kind: the last one."""
    return survey_years()[-1:]


def later_years() -> tuple[int, ...]:
    """Years of a kind: all with a year before."""
    return survey_years()[1:]


def scored_years() -> tuple[int, ...]:
    """Years of a kind: all whose standard has a cut-off for the scores of B1."""
    return tuple(year for year in survey_years() if lines_of(year).cutoff_b1 is not None)


def plant_in_lists(
    seed: int,
    now: YearList,
    before: YearList | None,
    form: Form,
    kinds: dict[str, ListKind],
    senders: set[int],
    current_file: Callable[[int], str],
) -> list[Planted]:
    """Plants the year's kinds, each in a commune of its own; `kinds` by planted id. Changes the frames of `now`.

    Communes in `senders` are left alone: their files have an error of another kind. A kind without a suitable commune
    is left out.
    """
    lists = Lists(now, before, stream(seed, "planting", now.year), set(senders))
    made = {planted_id: _make(lists, kind) for planted_id, kind in kinds.items()}
    planted: list[Planted] = []
    for planted_id, findings in made.items():  # rows are counted when all is planted: an error may take a row out
        if not findings:
            planted.append(left_out_of(planted_id, kinds[planted_id].check_code, now.year))
        for one in findings:
            address = Expected(one.check_code, *_sheet_and_row(lists, form, one), one.column, one.remark)
            commune = code_text(one.commune)
            planted.append(Planted(planted_id, current_file(one.commune), now.year, commune, OPEN, address))
    return planted


def _make(lists: Lists, kind: ListKind) -> list[ListFinding]:
    for commune in lists.free_communes():
        findings = kind.make(lists, commune)
        if findings:
            lists.taken |= {commune, *(one.commune for one in findings)}
            return findings
    return []


def _sheet_and_row(lists: Lists, form: Form, finding: ListFinding) -> tuple[str, int | None]:
    """Sheet name and worksheet row of a finding."""
    if finding.role is None:
        return "", None
    sheet, row = form.sheets[finding.role], None
    if finding.role == "total":
        row = 1 + [column.field for column in sheet.columns].index(finding.column)
    elif finding.label is not None:
        frame = lists.now.members if finding.role == "member" else lists.households
        labels = frame.index[frame["commune"] == finding.commune]
        row = first_data_row(sheet) + labels.tolist().index(finding.label)
    return sheet.name, row


def bound(check_code: str, name: str, year: int) -> float:
    """A bound of a plausibility check in a survey year: the value of the year, else the one for all years."""
    rows = [row for row in read_table("plausibility_bounds") if (row["check_code"], row["bound"]) == (check_code, name)]
    return float(next(row["value"] for wanted in (str(year), "") for row in rows if row["survey_year"] == wanted))
