"""The facts that Python and SQL share: reading the tables of `reference/`, and checking each cell by its column.

`reference/columns.csv` says which tables there are, with their columns, types, keys and references.
"""

import csv
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path

from base.product import ROOT

REFERENCE_VARIABLE = "POVERTY_REFERENCE"
TERRITORY_VARIABLE = "POVERTY_TERRITORY"
DEFAULT_TERRITORY = "ben-tre"
_COLUMNS = "columns.csv"
_TERRITORY_FOLDER = "territory/"
_YES = "yes"
_WHOLE_NUMBER = re.compile(r"-?\d+")
_DECIMAL = re.compile(r"decimal\((\d+), *(\d+)\)")
_SHOWN = 20


class WrongReferenceError(ValueError):
    """Reference tables are not fit for use; the message has one sentence for each row that is wrong."""

    def __init__(self, problems: list[str]) -> None:
        more = [f"... and {len(problems) - _SHOWN} more."] if len(problems) > _SHOWN else []
        super().__init__("\n".join([*problems[:_SHOWN], *more]))
        self.problems = problems


@dataclass(frozen=True)
class Column:
    """A column of a reference table: its SQL type, and what a value must be. `references` is `table.column` or ""."""

    name: str
    type: str
    is_key: bool
    is_required: bool
    references: str
    values: tuple[str, ...]
    description: str


@dataclass(frozen=True)
class Table:
    """A reference table. `file` is relative to `reference/`; an optional table may lack its file and is empty then."""

    name: str
    file: str
    is_optional: bool
    columns: tuple[Column, ...]


@dataclass(frozen=True)
class Row:
    """A row with where it is, for messages. An empty cell is ""."""

    file: str
    line: int
    cells: dict[str, str]


def reference_folder() -> Path:
    """The folder of reference tables: `$POVERTY_REFERENCE`, else the product's own."""
    return Path(os.environ.get(REFERENCE_VARIABLE) or ROOT / "reference")


def territory_folder(name: str | None = None) -> Path:
    """The folder of a territory: a name under `reference/territories/` or a path; `$POVERTY_TERRITORY` without one.

    Raises WrongReferenceError when there is no such folder.
    """
    name = name or os.environ.get(TERRITORY_VARIABLE) or DEFAULT_TERRITORY
    for folder in (reference_folder() / "territories" / name, Path(name)):
        if (folder / "territory.csv").is_file():
            return folder
    known = ", ".join(sorted(path.parent.name for path in reference_folder().glob("territories/*/territory.csv")))
    raise WrongReferenceError([f"There is no territory {name}: give one of {known}, or a folder with territory.csv."])


def load_tables() -> dict[str, Table]:
    """Every reference table by name, as `columns.csv` describes it."""
    return _tables(reference_folder() / _COLUMNS)


@cache
def _tables(path: Path) -> dict[str, Table]:
    described: dict[str, list[dict[str, str]]] = {}
    for row in _csv_rows(path, path.name):
        described.setdefault(row.cells["table"], []).append(row.cells)
    return {
        name: Table(
            name,
            rows[0]["file"],
            rows[0]["optional"] == _YES,
            tuple(
                Column(
                    row["column"],
                    row["type"],
                    row["key"] == _YES,
                    row["required"] == _YES,
                    row["references"],
                    tuple(filter(None, row["values"].split("|"))),
                    row["description"],
                )
                for row in rows
            ),
        )
        for name, rows in described.items()
    }


def table_path(table: Table, territory: Path | None = None) -> Path:
    """The file of a table; that of a territory's table lies in the territory's folder."""
    if table.file.startswith(_TERRITORY_FOLDER):
        return (territory or territory_folder()) / table.file.removeprefix(_TERRITORY_FOLDER)
    return reference_folder() / table.file


def reference_files() -> list[Path]:
    """Every file that a build reads: all of `reference/` but the other territories."""
    paths = [table_path(table) for table in load_tables().values()]
    return [reference_folder() / _COLUMNS, *(path for path in paths if path.exists())]


def read_table(name: str) -> list[dict[str, str]]:
    """The rows of a reference table, every value as text; none where an optional table has no file."""
    return [row.cells for row in rows_of(load_tables()[name])]


def labels_vi(kind: str) -> dict[str, str]:
    """{code: Vietnamese label} of a kind of code in `labels`, in their order."""
    return {row["code"]: row["label_vi"] for row in read_table("labels") if row["kind"] == kind}


def rows_of(table: Table, territory: Path | None = None) -> list[Row]:
    """The rows of a table with file and line. A file of `key,value` lines is one row."""
    path = table_path(table, territory)
    if table.is_optional and not path.exists():
        return []
    if not path.exists():
        raise WrongReferenceError([f"{_shown(path)} is not there: every territory and form needs it."])
    rows = _csv_rows(path, _shown(path))
    if rows and set(rows[0].cells) == {"key", "value"}:
        return [Row(rows[0].file, rows[0].line, {row.cells["key"]: row.cells["value"] for row in rows})]
    return rows


def _csv_rows(path: Path, shown: str) -> list[Row]:
    with path.open(newline="", encoding="utf-8-sig") as file:
        reader = csv.DictReader(file, restval="")
        return [
            Row(shown, reader.line_num, {name: value for name, value in row.items() if name is not None})
            for row in reader
        ]


def _shown(path: Path) -> str:
    folder = reference_folder()
    return f"reference/{path.relative_to(folder).as_posix()}" if path.is_relative_to(folder) else str(path)


def check_tables(territory: Path | None = None, *, only_territory: bool = False) -> list[str]:
    """What is wrong with the tables by themselves, in sentences: columns, types, keys, values, references."""
    tables = {
        name: table
        for name, table in load_tables().items()
        if table.file.startswith(_TERRITORY_FOLDER) or not only_territory
    }
    problems: list[str] = []
    read: dict[str, list[Row]] = {}
    for name, table in tables.items():
        try:
            read[name] = rows_of(table, territory)
        except WrongReferenceError as absent:
            problems += absent.problems
            continue
        wrong = list(_wrong_columns(table, read[name], table_path(table, territory)))
        problems += wrong
        if wrong:
            del read[name]
    for name, rows in read.items():
        problems += _wrong_cells(tables[name], rows)
        problems += _wrong_references(tables[name], rows, tables, read)
    return problems


def _wrong_columns(table: Table, rows: list[Row], path: Path) -> Iterator[str]:
    if not rows:
        return
    wanted, found = [column.name for column in table.columns], rows[0].cells
    for name in wanted:
        if name not in found:
            yield f"{_shown(path)}: the column {name} is missing; add it."
    for name in found:
        if name not in wanted:
            yield f"{_shown(path)}: the column {name} is unknown; the columns are {', '.join(wanted)}."


def _wrong_cells(table: Table, rows: list[Row]) -> Iterator[str]:
    keys = [column.name for column in table.columns if column.is_key]
    seen: dict[tuple[str, ...], int] = {}
    for row in rows:
        place = f"{row.file} line {row.line}"
        for column in table.columns:
            value = row.cells[column.name]
            if not value:
                if column.is_required:
                    yield f"{place}: {column.name} is empty; fill it in."
            elif not _is_of_type(value, column.type):
                yield f"{place}: {column.name} `{value}` is not of type {column.type}; correct it."
            elif column.values and value not in column.values:
                yield f"{place}: {column.name} `{value}` must be one of {', '.join(column.values)}."
        key = tuple(row.cells[name] for name in keys)
        if key in seen:
            yield f"{place}: {', '.join(keys)} `{', '.join(key)}` is already in line {seen[key]}; keep one of them."
        seen.setdefault(key, row.line)
    # A table of named settings: what reads it asks for each by name.
    if len(keys) == 1:
        column = next(column for column in table.columns if column.is_key)
        for value in column.values:
            if (value,) not in seen:
                yield f"reference/{table.file}: there is no row with {column.name} `{value}`; add it."


def _is_of_type(value: str, kind: str) -> bool:
    if kind in ("integer", "bigint"):
        return bool(_WHOLE_NUMBER.fullmatch(value))
    if kind == "date":
        return _is_date(value)
    if kind == "double" or _DECIMAL.fullmatch(kind):
        return _is_number(value, _DECIMAL.fullmatch(kind))
    return True


def _is_date(value: str) -> bool:
    try:
        return date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


def _is_number(value: str, decimal: re.Match[str] | None) -> bool:
    try:
        exponent = Decimal(value).as_tuple().exponent
    except InvalidOperation:
        return False
    return isinstance(exponent, int) and (decimal is None or -exponent <= int(decimal[2]))


def _wrong_references(
    table: Table, rows: list[Row], tables: dict[str, Table], read: dict[str, list[Row]]
) -> Iterator[str]:
    for column in table.columns:
        target, _, name = column.references.partition(".")
        if target not in read:
            continue
        known = {row.cells[name] for row in read[target]}
        for row in rows:
            value = row.cells[column.name]
            if value and value not in known:
                yield (
                    f"{row.file} line {row.line}: {column.name} `{value}` is no {name} of {tables[target].file}; "
                    "add it there or correct it."
                )


@dataclass(frozen=True)
class Unit:
    """One administrative unit at commune level. Codes are reused: the key is (commune_code, valid_from)."""

    commune_code: str
    commune_name: str
    commune_type: str
    area_class: str
    district_code: str
    district_name: str
    province_code: str
    province_name: str
    valid_from: str
    valid_to: str
    latitude: str
    longitude: str

    def is_valid_on(self, date: str) -> bool:
        """Whether the unit exists on an ISO date; `valid_to` is the first day it no longer does."""
        return self.valid_from <= date and (not self.valid_to or date < self.valid_to)


@dataclass(frozen=True)
class Territory:
    """What the warehouse covers. `harmonised_date` is the ISO date whose units `harmonised` means."""

    area_code: str
    area_name: str
    harmonised_date: str


def load_territory(folder: Path | None = None) -> Territory:
    """The territory of a folder, else the one in use."""
    return Territory(**rows_of(load_tables()["territory"], folder)[0].cells)


def load_units() -> tuple[Unit, ...]:
    """Every commune, ward and township that the territory ever had since 2020."""
    return _units(territory_folder())


@cache
def _units(territory: Path) -> tuple[Unit, ...]:
    return tuple(Unit(**row.cells) for row in rows_of(load_tables()["administrative_units"], territory))


def successor_on(unit: Unit, on: str) -> Unit | None:
    """The unit that holds the ground of a unit on a later ISO date, itself while it exists; None without one."""
    successors = _successors(territory_folder())
    holder: Unit | None = unit
    while holder is not None and not holder.is_valid_on(on):
        holder = successors.get((holder.commune_code, holder.valid_from))
    return holder


@cache
def _successors(territory: Path) -> dict[tuple[str, str], Unit | None]:
    """{(code, valid from) of a unit: the unit that came after it}."""
    units = {(unit.commune_code, unit.valid_from): unit for unit in _units(territory)}
    steps = (row.cells for row in rows_of(load_tables()["commune_succession"], territory))
    return {
        (step["predecessor_code"], step["predecessor_valid_from"]): units.get(
            (step["successor_code"], step["successor_valid_from"])
        )
        for step in steps
    }


def survey_years() -> list[int]:
    """The survey years that the warehouse covers, in their order."""
    return sorted(_cutoff_dates(reference_folder()))


@cache
def _cutoff_dates(reference: Path) -> dict[int, str]:
    rows = _csv_rows(reference / load_tables()["survey_years"].file, "")
    return {int(row.cells["survey_year"]): row.cells["cutoff_date"] for row in rows}


def cutoff_date(survey_year: int) -> str:
    """The ISO date that the review of a survey year describes: the day on which it ends."""
    known = _cutoff_dates(reference_folder())
    # A year that is not in the plan is judged by the day of the last one that is.
    return known.get(survey_year) or f"{survey_year}{known[max(known)][4:]}"


def cutoff_dates_sql() -> str:
    """The survey years and their cutoff dates as a relation of a query, `cutoffs (survey_year, cutoff_date)`."""
    rows = ", ".join(f"({year}, date '{date}')" for year, date in _cutoff_dates(reference_folder()).items())
    return f"(values {rows}) as cutoffs (survey_year, cutoff_date)"


def units_valid_on(date: str) -> dict[str, Unit]:
    """The units of an ISO date by commune code (codes are unique on any one date)."""
    return _units_valid_on(territory_folder(), date)


@cache
def _units_valid_on(territory: Path, date: str) -> dict[str, Unit]:
    return {unit.commune_code: unit for unit in _units(territory) if unit.is_valid_on(date)}
