"""Values and names written into SQL."""

from pathlib import Path


def sql_text(value: str | Path) -> str:
    """A text or path as an SQL string."""
    return "'" + str(value).replace("'", "''") + "'"


def sql_name(name: str) -> str:
    """A column's name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'
