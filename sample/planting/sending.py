"""Which commune's file has a mistake of its own in a year, and what it sends then.

What belongs here: choosing communes, the order and names of a commune's files. What does not: any one kind.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from base.forms import Form
from sample.communes import units_of
from sample.planting.planted import OPEN, RESOLVED, WAIVED, Planted, Spot
from sample.random_streams import stream
from sample.submissions import Submission, file_of

# How a file with a mistake comes: before the good one, which is a second submission then; as another file under the
# good one's number; or it is the file in force itself.
BEFORE, BESIDE, IN_FORCE = "before", "beside", "in force"
_SECOND, _COPY = "_lan-2", "_gui-lai"
# From a good file and its form: the file with the mistake, and the findings that must appear.
FileMistake = Callable[[Submission, Form, np.random.Generator], tuple[Submission, list[Spot]]]


@dataclass(frozen=True)
class FileKind:
    """A kind of mistake in one file, made once in its survey year.

    `is_rejected`: the file is not accepted. `says_whose`: its cover tells year and commune, so that the good file
    settles it; otherwise only a waiver does.
    """

    check_code: str
    year: int
    make: FileMistake
    comes: str = BEFORE
    is_rejected: bool = False
    says_whose: bool = True

    @property
    def status(self) -> str:
        """What becomes of its findings once all files have been read."""
        if self.comes == IN_FORCE:
            return OPEN
        return RESOLVED if self.says_whose else WAIVED


@dataclass(frozen=True)
class Sent:
    """A file to be written; `is_accepted` as the warehouse must decide."""

    submission: Submission
    is_accepted: bool
    planted: tuple[Planted, ...] = ()


@dataclass(frozen=True)
class Sending:
    """What the communes of a year send: by commune the kind of mistake in its file, with the planted id."""

    seed: int
    year: int
    kinds: dict[int, tuple[str, FileKind]]

    @classmethod
    def of_year(cls, seed: int, year: int, kinds: dict[str, FileKind]) -> "Sending":
        """Gives each kind of the year a commune of its own; `kinds` by planted id."""
        codes = stream(seed, "sending", year).permutation(np.array(list(units_of(year)))).tolist()
        return cls(seed, year, dict(zip(codes, kinds.items(), strict=False)))

    def file_in_force(self, commune: int) -> str:
        """The path of the file that counts in the end."""
        is_second = commune in self.kinds and self.kinds[commune][1].comes == BEFORE
        return file_of(self.year, commune, _SECOND if is_second else "")

    def files(self, commune: int) -> int:
        """How many files the commune sends."""
        return 1 if commune not in self.kinds or self.kinds[commune][1].comes == IN_FORCE else 2

    def send(self, good: Submission, form: Form) -> Iterator[Sent]:
        """A commune's files in the order of their names."""
        commune = int(good.commune_code)
        if commune not in self.kinds:
            yield Sent(good, True)
            return
        planted_id, kind = self.kinds[commune]
        faulty, spots = kind.make(good, form, stream(self.seed, "mistake", kind.check_code, self.year))
        if kind.comes == BESIDE:
            yield Sent(good, True)
            faulty = replace(faulty, path=file_of(self.year, commune, _COPY))
        yield Sent(faulty, not kind.is_rejected, self._planted(planted_id, kind, faulty, spots))
        if kind.comes == BEFORE:
            again = good.cover | {"submission_number": 2}
            yield Sent(replace(good, path=self.file_in_force(commune), cover=again), True)

    def _planted(self, planted_id: str, kind: FileKind, faulty: Submission, spots: list[Spot]) -> tuple[Planted, ...]:
        is_read = faulty.damage is None
        year = self.year if is_read else None
        commune = str(faulty.cover["commune_code"]) if is_read else None
        return tuple(Planted(planted_id, faulty.path, year, commune, kind.status, spot) for spot in spots)
