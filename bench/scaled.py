"""A province repeated: raw Parquet and reference tables with several times the households, every key still unique.

Copy 0 is the province itself. Every further copy is a province of its own beside it: its commune and district codes,
household codes, file ids and citizen ids differ from all others. Names get three letters, in copy 0 too, so that no two
copies look like one household and two names are as alike in one copy as in any other. A home holds some of the copies:
all of them, or one as a territory of its own.
"""

import shutil
from collections.abc import Sequence
from pathlib import Path

import duckdb

from base.home import Home
from base.reference_build import write_reference
from ingestion.decisions import write_decisions

# The columns of each raw table by how they differ between copies.
_COMMUNES = ("commune_code", "predecessor_code", "successor_code")
_CODES = ("household_code", "previous_household_code")
_FILE_IDS = ("source_file_id", "sha256", "extraction_id")
_CITIZEN_IDS = ("citizen_id", "head_citizen_id")
_NAMES = ("full_name", "head_name")
_REFERENCE_CODES = {
    "administrative_units": ("commune_code", "district_code"),
    "commune_succession": ("predecessor_code", "successor_code"),
}
# Where the code of the territory stands: a home has one, that of its first copy.
_TERRITORY_CODES = {
    "territory": "area_code",
    "targets": "area_code",
    "published_figures_2021": "area",
    "published_series": "area",
}
MAX_COPIES = 64
_CODES_APART = 1500
# In no Vietnamese name, so that they are like nothing but themselves.
_NO_VIETNAMESE_LETTERS = "FJWZ"
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_NO_HEXADECIMAL_DIGITS = "ghijklmnopqrstuvwxyz"


def _two(letters: str, copy: int) -> str:
    """Two letters that stand for a copy alone."""
    return letters[copy // len(letters)] + letters[copy % len(letters)]


def _digits(copy: int) -> str:
    """What the digits 0-9 become in a copy: 0 stays (leading zeros get lost), the others change places.

    No two copies do the same to two different digits, so that no number with two looks alike in both: the digits 1 to 9
    are taken for the elements u + v·i of the field of nine, and a copy multiplies by one of them and adds another.
    """
    factor, added = divmod(copy, 9)
    (s, t), (b, c) = divmod(factor + 1, 3)[::-1], divmod(added, 3)[::-1]
    elements = (divmod(digit, 3)[::-1] for digit in range(9))
    return "0" + "".join(str(1 + (u * s - v * t + b) % 3 + 3 * ((u * t + v * s + c) % 3)) for u, v in elements)


def _commune(column: str, copy: int) -> str:
    """A commune's code in a copy: five digits, with which models count; those of a territory lie closer together."""
    return f"lpad(cast((cast({column} as integer) + {_CODES_APART * copy}) % 100000 as varchar), 5, '0')"


def _replacement(column: str, copy: int) -> str | None:
    """The SQL of a column in a copy, None where it stays."""
    if column in _COMMUNES:
        return _commune(column, copy)
    if column in _CODES:
        return f"'{_two(_LETTERS, copy)}' || substr({column}, 2)"
    if column in _FILE_IDS:
        return f"'{_two(_NO_HEXADECIMAL_DIGITS, copy)}' || substr({column}, 3)"
    if column in _CITIZEN_IDS:
        return f"translate({column}, '0123456789', '{_digits(copy)}')"
    if column in _NAMES:
        letters = (_NO_VIETNAMESE_LETTERS[copy // place % 4] for place in (16, 4, 1))
        return f"{column} || ' {''.join(letters)}'"
    return None


def repeat_raw(source: Home, target: Home, copies: Sequence[int]) -> None:
    """Write a home whose raw Parquet holds copies of another home's."""
    if max(copies) >= MAX_COPIES:
        raise ValueError(f"at most {MAX_COPIES} copies")
    target.create()
    for folder in ("secrets", "decisions"):
        if (source.root / folder).exists():
            shutil.copytree(source.root / folder, target.root / folder, dirs_exist_ok=True)
    with duckdb.connect() as connection:
        for role in ("household", "member", "total", "cover", "cell_problem"):
            (target.raw / role).mkdir(exist_ok=True)
            for copy in copies:
                _write_copy(
                    connection, source.raw / role / "*.parquet", target.raw / role / f"{copy:02d}.parquet", [copy]
                )
        # Closed years are of all copies: a year has one row.
        shutil.copyfile(source.raw / "closed_year.parquet", target.raw / "closed_year.parquet")
        for name in ("source_file", "finding"):
            _write_copy(connection, source.raw / f"{name}.parquet", target.raw / f"{name}.parquet", copies)
    write_decisions(target)


def _write_copy(connection: duckdb.DuckDBPyConnection, source: Path, target: Path, copies: Sequence[int]) -> None:
    rows = f"read_parquet('{source}', union_by_name = true)"
    columns = [name for name, *_ in connection.execute(f"describe select * from {rows}").fetchall()]
    parts = []
    for copy in copies:
        changed = {name: _replacement(name, copy) for name in columns if copy or name in _NAMES}
        replaced = ", ".join(f"{sql} as {name}" for name, sql in changed.items() if sql)
        parts.append(f"select * {f'replace ({replaced})' if replaced else ''} from {rows}")
    connection.execute(f"copy ({' union all '.join(parts)}) to '{target}' (format parquet, compression snappy)")


def repeat_reference(home: Home, copies: Sequence[int]) -> None:
    """Write the reference tables with the communes of every copy, and the territory of the first one."""
    write_reference(home)
    for name, codes in _REFERENCE_CODES.items():
        _repeat_table(
            home.reference / f"{name}.parquet",
            [
                {code: _commune(code, copy) if code in _COMMUNES else _with_letters(code, copy) for code in codes}
                for copy in copies
            ],
        )
    for name, code in _TERRITORY_CODES.items():
        _repeat_table(home.reference / f"{name}.parquet", [{code: _with_letters(code, copies[0])}])


def _with_letters(code: str, copy: int) -> str:
    return f"{code} || '{_two(_LETTERS, copy)}'" if copy else code


def _repeat_table(path: Path, changes: Sequence[dict[str, str]]) -> None:
    """Write a reference table again: its rows once with each change."""
    replaced = (", ".join(f"{sql} as {name}" for name, sql in change.items()) for change in changes)
    parts = [f"select * replace ({one}) from read_parquet('{path}')" for one in replaced]
    with duckdb.connect() as connection:
        connection.execute(f"create table repeated as {' union all '.join(parts)}")
        connection.execute(f"copy repeated to '{path}' (format parquet)")
