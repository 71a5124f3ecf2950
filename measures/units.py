"""The rows of a file as units that measures.sql takes, and the rows that cannot be units."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import duckdb

from measures.table_file import TableFile, UnfitDataError

_DECIMAL = "decimal(38, 10)"
_SHORT_DECIMAL = "decimal(18, 10)"  # holds most weights, and is read five times as fast
_LARGEST_EXACT_SUM = 1e27  # of weights times parts: what a decimal of 38 digits, ten of them behind the point, holds
# What R, pandas, numpy and Stata write for nothing. A group may be called NA (Namibia), so groups are only empty.
_MISSING_NUMBER = r"(|na|nan|<na>|null|none|\.[a-z]?)"
_INVALID_FLAG, _INVALID_SIZE = 2, -1


@dataclass(frozen=True)
class Design:
    """The columns that say how the sample was drawn: clusters (primary sampling units) within strata."""

    cluster: str | None = None
    stratum: str | None = None

    @property
    def columns(self) -> list[str]:
        """Those that are given."""
        return [name for name in (self.cluster, self.stratum) if name]


@dataclass(frozen=True)
class LeftOut:
    """The rows that are no units, because a cell of theirs is missing."""

    rows: int
    of_rows: int
    share_of_weight: float | None
    columns: dict[str, int]
    """How many cells are missing, for each column that has any."""


@dataclass(frozen=True)
class Grouping:
    """What is left to measure by some columns."""

    by: tuple[str, ...]
    size_type: str
    """The type of sums: exact unless weights have many digits."""
    left_out: LeftOut


class Cells:
    """The table `cells`: every cell that is needed, typed once, in the order of the file."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        file: TableFile,
        indicators: Sequence[str],
        weight_column: str | None,
        groupings: Sequence[Sequence[str]],
        design: Design | None,
    ) -> None:
        self._connection = connection
        self._file = file
        self._weight_column = weight_column
        self._groupings = groupings
        self._design = design or Design()
        texts = dict.fromkeys([name for by in groupings for name in by] + self._design.columns)
        self._texts = {name: f"text_{number}" for number, name in enumerate(texts, 1)}
        self._flags = {name: f"flag_{number}" for number, name in enumerate(indicators, 1)}
        self._columns = {**self._texts, **({weight_column: "size"} if weight_column else {}), **self._flags}
        self._missing: dict[str, int] = {}
        self._load()

    def _load(self) -> None:
        cells = [f"{_flag(self._file.cell(name))} as {flag}" for name, flag in self._flags.items()]
        exact = ""
        if self._weight_column:
            weight = self._file.cell(self._weight_column)
            cells += [f"{_size(weight)} as size", f"{_decimal(weight)} as decimal_size"]
            exact = "replace (case when decimal_size::double = size then decimal_size end as decimal_size)"
        cells += [f"{_text(self._file.cell(name))} as {column}" for name, column in self._texts.items()]
        try:
            self._connection.execute(
                f"create table cells as select * {exact} from (select {', '.join(cells)} from {self._file.relation})"
            )
        except duckdb.Error as error:
            if isinstance(error, duckdb.OutOfMemoryException):
                raise
            raise self._file.misfit() from None

    def check(self, parts: int) -> list[Grouping]:
        """What there is to measure in each grouping, all in one scan. Raises where a cell or a sum does not fit."""
        size, exact = ("size", "decimal_size is not null") if self._weight_column else ("1", "true")
        of_groupings = [
            f"count(*) filter ({kept}), coalesce(sum({size}) filter ({kept}), 0)::double,"
            f" bool_and({exact}) filter ({kept})"
            for kept in (_all_present(["is_complete", *(self._texts[name] for name in by)]) for by in self._groupings)
        ]
        of_rows, weight, least, *found = self._one(
            f"select count(*), sum({size})::double, min({size}),"
            f" {', '.join(f'max({flag})' for flag in self._flags.values())},"
            f" {', '.join(f'count(*) - count({column})' for column in self._columns.values())},"
            f" {', '.join(of_groupings)}"
            f" from (select *, case when {_all_present(self._common())} then true end as is_complete from cells)"
        )
        if not of_rows:
            raise UnfitDataError(f"{self._file.path.name} has no rows.")
        for (name, flag), largest in zip(self._flags.items(), found, strict=False):
            if largest == _INVALID_FLAG:
                raise self._invalid(name, f"{flag} = {_INVALID_FLAG}", "not 0 or 1")
        if self._weight_column and least is not None and least < 0:
            raise self._invalid(self._weight_column, "size < 0", "not a weight (a number from 0 on)")
        del found[: len(self._flags)]
        self._missing = {name: count for name, count in zip(self._columns, found, strict=False) if count}
        del found[: len(self._columns)]
        return [
            self._grouping(tuple(by), parts, of_rows, weight or 0.0, *found[3 * place : 3 * place + 3])
            for place, by in enumerate(self._groupings)
        ]

    def _grouping(
        self, by: tuple[str, ...], parts: int, of_rows: int, of_weight: float, rows: int, weight: float, is_exact: bool
    ) -> Grouping:
        needed = self._needed(by)
        if not rows:
            raise self._unfit(f"Every row lacks a cell of {', '.join(needed)}: nothing is left to measure.")
        if not weight:
            raise self._unfit(f"Column {self._weight_column}: the weights sum to 0, so there is nothing to measure.")
        share = (of_weight - weight) / of_weight if self._weight_column else None
        missing = {name: self._missing[name] for name in needed if name in self._missing}
        left_out = LeftOut(of_rows - rows, of_rows, share, missing)
        if not self._weight_column:
            return Grouping(by, "hugeint", left_out)
        return Grouping(by, _DECIMAL if is_exact and weight * parts < _LARGEST_EXACT_SUM else "double", left_out)

    def units(self, grouping: Grouping) -> None:
        """The relation `units` that measures.sql takes. Rows alike are one where sums are exact in any order."""
        columns = self._unit_columns(grouping)
        if grouping.size_type == "double":
            self._create("units", f"select {columns}, size, 1 as row_count {self._rows(grouping)}")
            return
        size = "decimal_size" if self._weight_column else "1"
        self._create(
            "units",
            f"select {columns}, sum({size})::{grouping.size_type} as size, count(*) as row_count"
            f" {self._rows(grouping)} group by all",
        )

    def sample(self, grouping: Grouping) -> None:
        """The relations `sampled` and `strata` that measures.sql takes. Raises where a stratum has a single cluster."""
        columns, size = self._unit_columns(grouping), "size" if self._weight_column else "1::double"
        stratum = f"{self._texts[self._design.stratum] if self._design.stratum else 1} as stratum"
        clusters = "count(*)"
        if self._design.cluster:
            psu = self._texts[self._design.cluster]
            clusters = f"count(distinct {psu})"
            self._create(
                "sampled",
                f"select {columns}, {stratum}, {psu} as psu, {size} as size, 1 as repeats {self._rows(grouping)}",
            )
        else:
            alike = (
                f"select {columns}, {stratum}, sum({size}) as size, sum({size} * {size}) as squares"
                f" {self._rows(grouping)} group by all"
            )
            repeats = "coalesce(squares / nullif(size * size, 0), 0)"
            self._create("sampled", f"select *, row_number() over () as psu, {repeats} as repeats from ({alike})")
        self._create(
            "strata",
            f"select {stratum}, {clusters} as clusters, min(rowid) as first {self._rows(grouping)} group by all",
        )
        lone, first = self._one("select count(*), min(first) from strata where clusters < 2")
        if lone:
            raise self._lone(lone, first + 1)

    def _lone(self, strata: int, row: int) -> UnfitDataError:
        kind = "cluster" if self._design.cluster else "row"
        if not self._design.stratum:
            return self._unfit(f"There is only one {kind}, and a standard error needs two.")
        others = f" (and {strata - 1:,} more such strata)" if strata > 1 else ""
        return self._unfit(
            f"Column {self._design.stratum}, data row {row}{others}: its stratum has only one {kind}, and a standard"
            " error needs two in each. Put the stratum together with another."
        )

    def _unit_columns(self, grouping: Grouping) -> str:
        groups = [f"{self._texts[name]} as by_{number}" for number, name in enumerate(grouping.by, 1)]
        flags = [f"{flag} = 1 as is_deprived_{number}" for number, flag in enumerate(self._flags.values(), 1)]
        return ", ".join([*groups, *flags])

    def _create(self, name: str, query: str) -> None:
        self._connection.execute(f"create or replace temp table {name} as {query}")

    def _rows(self, grouping: Grouping) -> str:
        columns = [self._columns[name] for name in self._needed(grouping.by) if name in self._missing]
        return f"from cells where {_all_present(columns)}" if columns else "from cells"

    def _common(self) -> list[str]:
        """The columns of `cells` without which no row is a unit."""
        return [self._columns[name] for name in self._needed(())]

    def _needed(self, by: Sequence[str]) -> list[str]:
        weight = [self._weight_column] if self._weight_column else []
        return list(dict.fromkeys([*self._flags, *weight, *by, *self._design.columns]))

    def _one(self, query: str) -> Sequence[Any]:
        return self._connection.execute(query).fetchall()[0]

    def _invalid(self, name: str, condition: str, problem: str) -> UnfitDataError:
        count, first = self._one(f"select count(*), min(rowid) from cells where {condition}")
        others = f" (and {count - 1:,} more)" if count > 1 else ""
        return self._unfit(f"Column {name}, data row {first + 1}{others}: {problem}.")

    def _unfit(self, sentence: str) -> UnfitDataError:
        return UnfitDataError(f"{self._file.path.name}: {sentence}")


def _all_present(columns: Sequence[str]) -> str:
    return " and ".join(f"{column} is not null" for column in columns)


def _folded(cell: str) -> str:
    return f"lower(trim({cell}))"


def _is_missing(cell: str) -> str:
    return f"coalesce(regexp_full_match({_folded(cell)}, '{_MISSING_NUMBER}'), true)"


def _flag(cell: str) -> str:
    """A cell of an indicator: 1, 0, null where it is missing, else invalid. The usual texts are asked for first."""
    number = f"try_cast({cell} as double)"  # slow where the text is no number
    return (
        f"(case when {cell} = '0' then 0::double when {cell} = '1' then 1 when {cell} is null then null"
        f" when {cell} in ('true', 'True', 'TRUE') then 1 when {cell} in ('false', 'False', 'FALSE') then 0"
        f" when {number} in (0, 1) then {number} when {_is_missing(cell)} then null"
        f" when {_folded(cell)} = 'true' then 1 when {_folded(cell)} = 'false' then 0"
        f" else {_INVALID_FLAG} end)::utinyint"
    )


def _size(cell: str) -> str:
    """A cell of the weight as a double: null where it is missing, negative where it is invalid."""
    number = f"try_cast({cell} as double)"
    return (
        f"case when isfinite({number}) then {number} when {_is_missing(cell)} then null"
        f" when {_folded(cell)} = 'true' then 1 when {_folded(cell)} = 'false' then 0 else {_INVALID_SIZE} end"
    )


def _decimal(cell: str) -> str:
    return f"coalesce(try_cast({cell} as {_SHORT_DECIMAL})::{_DECIMAL}, try_cast({_folded(cell)} as {_DECIMAL}))"


def _text(cell: str) -> str:
    """A cell of a group: null where it is empty. Few begin with a space, so few are trimmed."""
    return f"case when {cell} = '' or ({cell} like ' %' and trim({cell}) = '') then null else {cell} end"
