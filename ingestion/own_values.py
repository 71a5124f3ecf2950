"""What the files and households that decisions are about say of people, to compare texts of decisions with."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow.compute as pc
import pyarrow.parquet as pq

from base.home import Home
from ingestion.archive import archive_path
from ingestion.free_text import Names, OwnValues
from ingestion.rejected_values import scan

_NAMES = ("head_name", "full_name", "hamlet")
_NUMBERS = ("head_citizen_id", "citizen_id")
_CODES = ("household_code", "previous_household_code")
_SOURCE_ID_LENGTH = 16
_ALL_BUT_TWO = 99


@dataclass
class _Person:
    role: str
    row_number: int
    code: str | None
    names: list[str]
    numbers: list[str]
    codes: list[str]


@dataclass
class KnownValues:
    """The values of the files of a home, read file by file when a decision names one."""

    home: Home
    _files: dict[str, list[_Person]] = field(default_factory=dict)
    _names: dict[tuple[str, ...], Names] = field(default_factory=dict)
    _received: list[dict[str, Any]] | None = None

    def of(self, line: dict[str, Any], cell_values: Iterable[str | None] = ()) -> OwnValues:
        """The values that a line of a decision file must not repeat.

        Those of the household on its row, and of everybody in its file and the other files of its commune.
        """
        named = line.get("file") or line.get("source_file_id")
        row = line.get("row") or line.get("row_number")
        given = tuple(value for value in cell_values if value)
        source = self._whole_id(named.lower()[:_SOURCE_ID_LENGTH]) if named else None
        sources = self._of_commune(line, source)
        people = [person for other in sources for person in self._people(other)]
        in_file = self._people(source) if source else []
        own = [person for person in in_file if row and str(person.row_number) == row]
        codes = {person.code for person in own if person.code}
        own += [person for person in in_file if person.code in codes and person not in own]
        # Everybody of the household may be called by two words of a name; of others all but one must be there.
        household = Names((name for person in own for name in person.names), left_out=_ALL_BUT_TWO)
        known = tuple(sources)
        if known not in self._names:
            self._names[known] = Names((name for person in people for name in person.names), left_out=1)
        return OwnValues(
            household,
            self._names[known],
            numbers=frozenset(number.lstrip("0") for person in people for number in person.numbers),
            codes=frozenset(code for person in people for code in person.codes),
            cell_values=given,
        )

    def _whole_id(self, code: str) -> str:
        """The id of the file whose id begins so, where there is one; pages show the beginning alone."""
        found = {row["source_file_id"] for row in self._all() if row["source_file_id"].startswith(code)}
        return found.pop() if len(found) == 1 else code

    def _all(self) -> list[dict[str, Any]]:
        if self._received is None:
            self._received = _received(self.home.raw / "source_file.parquet")
        return self._received

    def _of_commune(self, line: dict[str, Any], source: str | None) -> list[str]:
        """The file and those of its commune, or of the commune (and year) that a line without a file names."""
        commune, year = line.get("commune_code"), line.get("survey_year")
        if source:
            communes = {
                row["commune_code"] for row in self._all() if row["source_file_id"] == source and row["commune_code"]
            }
        else:
            communes = {commune} if commune else set()
        found = [
            row["source_file_id"]
            for row in self._all()
            if row["commune_code"] in communes and (source or not year or str(row["survey_year"]) == year)
        ]
        if not found and (source or commune):
            # Of a file that cannot be read nobody knows the commune: any such file may be the one that is meant.
            found = [row["source_file_id"] for row in self._all() if row["commune_code"] is None]
        return list(dict.fromkeys(([source] if source else []) + found))

    def _people(self, source: str) -> list[_Person]:
        if source not in self._files:
            batches = [row["extraction_id"] for row in self._all() if row["source_file_id"] == source]
            people = list(_accepted(self.home.raw, batches[0], source)) if batches else []
            self._files[source] = people or list(_rejected(self.home, source))
        return self._files[source]


def _received(path: Path) -> list[dict[str, Any]]:
    if not path.exists():
        return []
    columns = ["source_file_id", "commune_code", "survey_year", "extraction_id"]
    rows: list[dict[str, Any]] = pq.read_table(path, columns=columns).to_pylist()
    return rows


def _accepted(raw: Path, extraction_id: str, source: str) -> Iterator[_Person]:
    for role in ("household", "member"):
        for row in _cells(raw / role / f"{extraction_id}.parquet", source):
            values = {name: str(value) for name, value in row.items() if value is not None}
            yield _Person(
                role,
                row["row_number"],
                values.get("household_code"),
                [values[name] for name in _NAMES if name in values],
                ["".join(filter(str.isdigit, values[name])) for name in _NUMBERS if name in values],
                [values[name] for name in _CODES if name in values],
            )


def _cells(path: Path, source: str) -> list[dict[str, Any]]:
    """The rows of a file in the batch that it was read in: a look at every batch for each decision took minutes."""
    if not path.exists():
        return []
    with pq.ParquetFile(path) as batch:
        wanted = [name for name in ("row_number", *_NAMES, *_NUMBERS, *_CODES) if name in batch.schema_arrow.names]
        table = batch.read(["source_file_id", *wanted])
    rows: list[dict[str, Any]] = table.filter(pc.equal(table["source_file_id"], source)).select(wanted).to_pylist()
    return rows


def _rejected(home: Home, source: str) -> Iterator[_Person]:
    if len(source) < _SOURCE_ID_LENGTH or not source.isalnum():
        return
    for path in archive_path(home, source).parent.glob(f"{source}*.xlsx"):
        found = scan(path.read_bytes())
        yield _Person("rejected", 0, None, sorted(found.names), sorted(found.numbers), [])
