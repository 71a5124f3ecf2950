"""A file of a table as DuckDB reads it: its header, its columns by place, and the place of a line that does not fit."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from base.sql import sql_file, sql_text
from measures.printed_numbers import WrongCallError

_DELIMITERS = (",", ";", "\t", "|")


class UnfitDataError(ValueError):
    """The file does not hold what the call says: exit code 1. Names a place, never a value."""


@dataclass(frozen=True)
class TableFile:
    """A file and the relation that reads it, whose columns are c1, c2 … whatever the header names them."""

    path: Path
    columns: tuple[str, ...]
    relation: str
    header: str
    """Where the names are."""
    delimiter: str = ""
    """Of a CSV file."""

    def cell(self, name: str) -> str:
        """The column of that name, as text."""
        return f"c{self.columns.index(name) + 1}::varchar"

    def misfit(self) -> UnfitDataError:
        """Why DuckDB could not read the file, by line: its own text may quote one."""
        place = _misfit_line(self.path, self.delimiter, len(self.columns)) if self.delimiter else None
        if place:
            return UnfitDataError(f"{self.path.name}, {place}.")
        return UnfitDataError(f"{self.path.name} cannot be read as a table with a header row, in UTF-8.")


def table_file(connection: duckdb.DuckDBPyConnection, path: Path, wanted: Sequence[str]) -> TableFile:
    """The file with its columns, of which none has two and all that are wanted exist."""
    suffix = path.suffix.lower()
    if suffix == ".parquet":
        file = _parquet(connection, path)
    elif suffix in (".csv", ".tsv", ".txt"):
        file = _csv(path, wanted)
    else:
        raise WrongCallError(f"--data: {path.name} is neither .csv nor .parquet.")
    named = [name for name in file.columns if name]
    twice = next((name for name in named if named.count(name) > 1), None)
    if twice is not None:
        places = [str(place) for place, name in enumerate(file.columns, 1) if name == twice]
        raise UnfitDataError(
            f"{path.name}, {file.header}: column {twice} is there twice (columns {' and '.join(places)})."
        )
    missing = [name for name in wanted if name not in named]
    if missing:
        raise WrongCallError(f"--data: no column {', '.join(missing)}; there are {', '.join(named)}.")
    return file


def _parquet(connection: duckdb.DuckDBPyConnection, path: Path) -> TableFile:
    """Names as the file has them: DuckDB's own make a second `a` into `a_1`."""
    try:
        nodes = connection.execute(
            f"select name, coalesce(num_children, 0) from parquet_schema({sql_file(path)})"
        ).fetchall()
    except duckdb.Error:
        raise UnfitDataError(f"{path.name} cannot be read as Parquet.") from None
    names, below = [], 0
    for name, children in nodes[1:]:  # the first is the root; what is nested follows its column
        if not below:
            names.append(name)
        below += children - (1 if below else 0)
    aliases = ", ".join(f"c{place}" for place in range(1, len(names) + 1))
    return TableFile(path, tuple(names), f"read_parquet({sql_file(path)}) as file ({aliases})", "header")


def _csv(path: Path, wanted: Sequence[str]) -> TableFile:
    """The delimiter is the one that gives the header all that is wanted; nothing else is guessed."""
    headers = {delimiter: _header(path, delimiter) for delimiter in _DELIMITERS}
    fits = [delimiter for delimiter, (names, _) in headers.items() if set(wanted) <= set(names)]
    delimiter = fits[0] if fits else max(_DELIMITERS, key=lambda one: len(headers[one][0]))
    names, skipped = headers[delimiter]
    columns = ", ".join(f"c{place}: 'varchar'" for place in range(1, len(names) + 1))
    relation = (
        f"read_csv({sql_file(path)}, auto_detect = false, header = true, skip = {skipped},"
        f" delim = {sql_text(delimiter)}, quote = '\"', escape = '\"', nullstr = '', columns = {{{columns}}}) as file"
    )
    return TableFile(path, tuple(names), relation, f"line {skipped + 1}", delimiter)


def _header(path: Path, delimiter: str) -> tuple[list[str], int]:
    """The names of the first line that is not empty, and how many lines are before it."""
    with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
        reader = csv.reader(file, delimiter=delimiter)
        before = 0
        try:
            for names in reader:
                if names:
                    "".join(names).encode()
                    return [name.strip() for name in names], before
                before = reader.line_num
        except (csv.Error, UnicodeEncodeError):
            raise UnfitDataError(f"{path.name}, line {before + 1}: no header row in UTF-8.") from None
    raise UnfitDataError(f"{path.name} has no rows.")


def _misfit_line(path: Path, delimiter: str, width: int) -> str | None:
    """The first line that is no row of the table. Read again: DuckDB counts rows, which may have several lines."""
    with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
        reader = csv.reader(file, delimiter=delimiter, strict=True)
        start = 1
        try:
            for cells in reader:
                "".join(cells).encode()
                # DuckDB takes a delimiter at the end of a line for no cell.
                found = len(cells) - (len(cells) == width + 1 and not cells[-1])
                if cells and found != width:
                    return f"line {start}: {found} {'cell' if found == 1 else 'cells'}, where the header has {width}"
                start = reader.line_num + 1
        except UnicodeEncodeError:
            return f"line {start}: not in UTF-8"
        except csv.Error:
            return f"line {start}: a quote is not closed, or text follows a closed one"
    return None
