"""Reading a release: its tables as rows."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

from base.release_layout import DATABASE

Row = dict[str, Any]


class ReleaseTables:
    """The published tables of a release."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    def rows(self, query: str, *values: object) -> list[Row]:
        """The rows of a query, each with its columns by name; `?` in the query takes the next value."""
        result = self._connection.execute(query, list(values))
        names = [column[0] for column in result.description]
        return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


@contextmanager
def open_release(release: Path) -> Iterator[ReleaseTables]:
    """Open the database of a release for reading."""
    with duckdb.connect(str(release / DATABASE), read_only=True) as connection:
        yield ReleaseTables(connection)
