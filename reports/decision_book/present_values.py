"""What the cells that decisions are about hold now, as they were sent. Personal data: for the owner's files alone."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import duckdb

from base import text
from base.home import Home
from reports.tables import Row

_LISTS = ("household", "member")


@dataclass(frozen=True)
class PresentCell:
    """A cell that was read: its sheet as in the file, its row, its text; `value` is None where it is empty."""

    sheet: str
    row: int
    value: str | None


class PresentValues:
    """The rows of raw that some findings or links name, read once.

    Args:
        home: the warehouse.
        files: ids of the files that may be asked for.
    """

    def __init__(self, home: Home, files: Iterable[str | None]) -> None:
        self._lists: dict[tuple[str, str, int], Mapping[str, object]] = {}
        self._totals: dict[tuple[str, str], PresentCell] = {}
        wanted = sorted({one for one in files if one})
        if not wanted:
            return
        with duckdb.connect() as connection:
            for role in (*_LISTS, "total"):
                if not any((home.raw / role).glob("*.parquet")):
                    continue
                parts = [str(path) for path in (home.raw / role).glob("*.parquet")]
                cursor = connection.execute(
                    "select cells.* from read_parquet(?, union_by_name = true) as cells "
                    "inner join read_parquet(?) as files using (source_file_id, extraction_id) "
                    "where list_contains(?, source_file_id)",
                    [parts, str(home.raw / "source_file.parquet"), wanted],
                )
                names = [column[0] for column in cursor.description or []]
                for values in cursor.fetchall():
                    self._keep(role, dict(zip(names, values, strict=True)))

    def _keep(self, role: str, row: Row) -> None:
        if role == "total":
            self._totals[row["source_file_id"], row["field"]] = PresentCell(
                row["sheet"], row["row_number"], row["value"]
            )
        else:
            self._lists[row["source_file_id"], text.key(row["sheet"]), row["row_number"]] = row

    def of(self, finding: Row) -> PresentCell | None:
        """The cell that a finding is about; None where it is about none, or about one that no correction can name."""
        file, column = finding["source_file_id"], finding["column_name"]
        if not file or not column:
            return None
        total = self._totals.get((file, column))
        if total is not None and finding["row_number"] in (None, total.row):
            return total
        if finding["row_number"] is None or finding["sheet"] is None:
            return None
        row = self._lists.get((file, text.key(finding["sheet"]), finding["row_number"]))
        name = "row_number" if column == "printed_row_number" else column
        if row is None or name not in row or name == "row_number":
            return None
        value = row[name]
        return PresentCell(str(row["sheet"]), finding["row_number"], None if value is None else str(value))

    def head(self, file: str, row_number: int) -> str | None:
        """Who is the head of the household on a row."""
        for (source, _, number), row in self._lists.items():
            if (source, number) == (file, row_number) and "head_name" in row:
                return None if row["head_name"] is None else str(row["head_name"])
        return None
