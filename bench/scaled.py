"""A province repeated: raw Parquet and reference tables with several times the households, every key still unique.

Copy 0 is the province itself. Every further copy is a province of its own beside it: its commune and district codes,
household codes, file ids and citizen ids differ from all others; names get a letter, so that no two copies look like
one household.
"""

import shutil
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
MAX_COPIES = 16
_CODES_APART = 1500


def code_letter(copy: int) -> str:
    """The letter that stands for the first digit of a code, "" for the province itself."""
    return chr(ord("A") + copy - 1) if copy else ""


def _file_letter(copy: int) -> str:
    """A letter beyond the hexadecimal digits."""
    return chr(ord("g") + copy - 1)


def _digits(copy: int) -> str:
    """What the digits 0-9 become in a copy: 0 stays (leading zeros get lost), the others turn, then run backwards.

    No two copies do the same to the province's own 8 and 3, with which its citizen ids begin.
    """
    turned = [str((digit - 1 + copy) % 9 + 1) for digit in range(1, 10)]
    return "0" + "".join(turned if copy < 9 else [str(10 - int(digit)) for digit in turned])


def _commune(column: str, copy: int) -> str:
    """A commune's code in a copy: five digits, with which models count; those of a territory lie closer together."""
    return f"lpad(cast((cast({column} as integer) + {_CODES_APART * copy}) % 100000 as varchar), 5, '0')"


def _replacement(column: str, copy: int) -> str | None:
    """The SQL of a column in a copy, None where it stays."""
    if column in _COMMUNES:
        return _commune(column, copy)
    if column in _CODES:
        return f"'{code_letter(copy)}' || substr({column}, 2)"
    if column in _FILE_IDS:
        return f"'{_file_letter(copy)}' || substr({column}, 2)"
    if column in _CITIZEN_IDS:
        return f"translate({column}, '0123456789', '{_digits(copy)}')"
    if column in _NAMES:
        return f"{column} || ' {code_letter(copy)}'"
    return None


def repeat_raw(source: Home, target: Home, copies: int) -> None:
    """Write a home whose raw Parquet holds some copies of another home's; 1 writes the same rows by the same way."""
    if copies > MAX_COPIES:
        raise ValueError(f"at most {MAX_COPIES} copies, not {copies}")
    target.create()
    for folder in ("secrets", "decisions"):
        if (source.root / folder).exists():
            shutil.copytree(source.root / folder, target.root / folder, dirs_exist_ok=True)
    with duckdb.connect() as connection:
        for role in ("household", "member", "total", "cover", "cell_problem"):
            (target.raw / role).mkdir(exist_ok=True)
            for copy in range(copies):
                _write_copy(
                    connection, source.raw / role / "*.parquet", target.raw / role / f"{copy:02d}.parquet", [copy]
                )
        # Closed years are of all copies: a year has one row.
        shutil.copyfile(source.raw / "closed_year.parquet", target.raw / "closed_year.parquet")
        for name in ("source_file", "finding"):
            _write_copy(connection, source.raw / f"{name}.parquet", target.raw / f"{name}.parquet", range(copies))
    write_decisions(target)


def _write_copy(connection: duckdb.DuckDBPyConnection, source: Path, target: Path, copies: "range | list[int]") -> None:
    rows = f"read_parquet('{source}', union_by_name = true)"
    columns = [name for name, *_ in connection.execute(f"describe select * from {rows}").fetchall()]
    parts = []
    for copy in copies:
        changed = {name: _replacement(name, copy) for name in columns} if copy else {}
        replaced = ", ".join(f"{sql} as {name}" for name, sql in changed.items() if sql)
        parts.append(f"select * {f'replace ({replaced})' if replaced else ''} from {rows}")
    connection.execute(f"copy ({' union all '.join(parts)}) to '{target}' (format parquet, compression snappy)")


def repeat_reference(home: Home, copies: int) -> None:
    """Write the reference tables with the communes of every copy."""
    write_reference(home)
    with duckdb.connect() as connection:
        for name, codes in _REFERENCE_CODES.items():
            path = home.reference / f"{name}.parquet"
            parts = []
            for copy in range(copies):
                letter = code_letter(copy)
                changed = ", ".join(
                    f"{_commune(code, copy)} as {code}"
                    if code in _COMMUNES
                    else f"'{letter}' || {code}[{len(letter) + 1}:] as {code}"
                    for code in codes
                )
                parts.append(f"select * replace ({changed}) from read_parquet('{path}')")
            connection.execute(f"create or replace table repeated as {' union all '.join(parts)}")
            connection.execute(f"copy repeated to '{path}' (format parquet)")
