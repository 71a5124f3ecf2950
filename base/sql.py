"""Values and names written into SQL."""

import re
from pathlib import Path


def sql_text(value: str | Path) -> str:
    """A text or path as an SQL string."""
    return "'" + str(value).replace("'", "''") + "'"


def sql_files(folder: Path, pattern: str) -> str:
    """A file of a folder, or its files by a pattern, as an SQL string to read from: a folder's name is no pattern."""
    return sql_text(re.sub(r"[\[*?]", r"[\g<0>]", str(folder)) + "/" + pattern)


def sql_file(path: Path) -> str:
    """One file as an SQL string to read from."""
    return sql_files(path.parent, re.sub(r"[\[*?]", r"[\g<0>]", path.name))


def sql_name(name: str) -> str:
    """A column's name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def differing_rows(one: str, other: str) -> str:
    """SQL of the rows that two relations, or queries in brackets, do not hold equally often.

    One pass of grouping: `except all` both ways numbers the equal rows of each and takes five times as long.
    """
    return (
        f"select * exclude (_side) from (select *, 1 as _side from {one} union all select *, -1 from {other}) "
        "group by all having sum(_side) <> 0"
    )
