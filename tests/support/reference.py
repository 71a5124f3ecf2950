"""A copy of the reference tables that a test may change."""

import csv
import shutil
from collections.abc import Callable
from pathlib import Path

from base.reference import reference_folder

Rows = list[dict[str, str]]


def copy_reference(folder: Path) -> Path:
    """Copy the product's reference tables into a folder that does not exist yet."""
    return Path(shutil.copytree(reference_folder(), folder))


def edit(path: Path, change: Callable[[Rows], Rows]) -> None:
    """Rewrite a CSV file with the rows that `change` makes of its rows."""
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    columns = list(rows[0])
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(change(rows))


def add(path: Path, *rows: dict[str, str]) -> None:
    """Append rows to a CSV file; a column that a row does not name is empty."""
    edit(path, lambda known: [*known, *({**dict.fromkeys(known[0], ""), **row} for row in rows)])


def without(path: Path, **cells: str) -> None:
    """Remove the rows of a CSV file that have all these cells."""
    edit(path, lambda rows: [row for row in rows if any(row[name] != value for name, value in cells.items())])


def replace(path: Path, where: dict[str, str], **cells: str) -> None:
    """Change cells in the rows of a CSV file that have all the cells of `where`."""

    def change(rows: Rows) -> Rows:
        return [row | cells if where.items() <= row.items() else row for row in rows]

    edit(path, change)
