"""Which commune's file has a planted error of its own in a year, and what it sends then."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from base.forms import Form
from sample.communes import units_of
from sample.lists import YearList
from sample.planting.planted import OPEN, RESOLVED, WAIVED, Expected, Planted, left_out_of
from sample.random_streams import stream
from sample.submissions import Submission, file_of

# How a file with an error comes: before the good one, which is a second submission then; as another file under the
# good one's number; or it is the current file itself.
BEFORE, BESIDE, CURRENT = "before", "beside", "current"
_LEAST_ROWS = 10  # of a commune whose file gets an error
_SECOND, _COPY = "_lan-2", "_gui-lai"
# From a good file and its form: the file with the error, and the findings that must appear. Raises UnsuitableError.
FileError = Callable[[Submission, Form, np.random.Generator], tuple[Submission, list[Expected]]]


class UnsuitableError(RuntimeError):
    """A file lacks what a kind of error needs."""


@dataclass(frozen=True)
class FileKind:
    """A kind of error in one file, made once: in the survey year of this number (from 1), or the last one.

    `is_rejected`: the file is not accepted. `says_whose`: its cover shows year and commune, so that the good file
    settles it; otherwise only a waiver does.
    """

    check_code: str
    year_number: int
    make: FileError
    comes: str = BEFORE
    is_rejected: bool = False
    says_whose: bool = True

    @property
    def status(self) -> str:
        """What becomes of its findings once all files have been read."""
        if self.comes == CURRENT:
            return OPEN
        # Nobody sends a higher number after a file beside the good one.
        return RESOLVED if self.says_whose and self.comes != BESIDE else WAIVED


@dataclass(frozen=True)
class Sent:
    """A file to be written; `is_accepted` as the warehouse must decide."""

    submission: Submission
    is_accepted: bool
    planted: tuple[Planted, ...] = ()


@dataclass(frozen=True)
class Sending:
    """What the communes of a year send: by commune the kind of error in its file, with the planted id.

    `left_out` are the kinds for which the year has too few communes of ten rows and more.
    """

    seed: int
    year: int
    kinds: dict[int, tuple[str, FileKind]]
    left_out: tuple[Planted, ...]

    @classmethod
    def of_year(cls, seed: int, year_list: YearList, kinds: dict[str, FileKind]) -> "Sending":
        """Gives each kind of the year a commune of its own; `kinds` by planted id."""
        year, rows = year_list.year, year_list.households["commune"].value_counts()
        codes = stream(seed, "sending", year).permutation(np.array(list(units_of(year)))).tolist()
        able = [code for code in codes if rows.get(code, 0) >= _LEAST_ROWS]
        left_out = [left_out_of(planted_id, kind.check_code, year) for planted_id, kind in kinds.items()][len(able) :]
        return cls(seed, year, dict(zip(able, kinds.items(), strict=False)), tuple(left_out))

    def current_file(self, commune: int) -> str:
        """The path of the file that is current in the end."""
        is_second = commune in self.kinds and self.kinds[commune][1].comes == BEFORE
        return file_of(self.year, commune, _SECOND if is_second else "")

    def send(self, good: Submission, form: Form) -> Iterator[Sent]:
        """A commune's files in the order of their names."""
        commune = int(good.commune_code)
        if commune not in self.kinds:
            yield Sent(good, True)
            return
        planted_id, kind = self.kinds[commune]
        try:
            # The stream keeps its first name: with another one the sample would have other bytes.
            wrong, expected = kind.make(good, form, stream(self.seed, "mistake", kind.check_code, self.year))
        except UnsuitableError:
            yield Sent(good, True, (left_out_of(planted_id, kind.check_code, self.year),))
            return
        if kind.comes == BESIDE:
            yield Sent(good, True)
            wrong = replace(wrong, path=file_of(self.year, commune, _COPY))
        yield Sent(wrong, not kind.is_rejected, self._planted(planted_id, kind, wrong, expected))
        if kind.comes == BEFORE:
            again = good.cover | {"submission_number": 2}
            yield Sent(replace(good, path=self.current_file(commune), cover=again), True)

    def _planted(
        self, planted_id: str, kind: FileKind, wrong: Submission, expected: list[Expected]
    ) -> tuple[Planted, ...]:
        is_read = wrong.damage is None
        year = self.year if is_read else None
        commune = str(wrong.cover["commune_code"]) if is_read else None
        return tuple(Planted(planted_id, wrong.path, year, commune, kind.status, one) for one in expected)
