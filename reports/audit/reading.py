"""Reading a published release for the audit report.

What belongs here: the database as lists of rows. What does not: what the report makes of them.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

Row = dict[str, Any]
DATABASE = "poverty.duckdb"


class Reader:
    """A release's database, read only."""

    def __init__(self, connection: duckdb.DuckDBPyConnection):
        self._connection = connection

    def rows(self, query: str) -> list[Row]:
        """The result of a query, one dict per row."""
        result = self._connection.execute(query)
        names = [column[0] for column in result.description or []]
        return [dict(zip(names, values, strict=True)) for values in result.fetchall()]


@contextmanager
def open_release(release: Path) -> Iterator[Reader]:
    """The database of a release's folder."""
    with duckdb.connect(str(release / DATABASE), read_only=True) as connection:
        yield Reader(connection)
