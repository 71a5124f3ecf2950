"""Checking the whole reference, and writing it as Parquet for a build."""

import json
from collections.abc import Iterable
from pathlib import Path

import duckdb

from base.boundaries import boundary_problems, unmatched_boundaries
from base.home import Home
from base.reference import (
    Table,
    WrongReferenceError,
    check_tables,
    load_tables,
    load_territory,
    read_table,
    rows_of,
    territory_folder,
)
from base.reference_rules import check_counterparts
from base.sql import sql_text
from base.territory_check import check_territory
from base.whole_file import partial_of, put_in_place


def check_reference() -> None:
    """Check every reference table, alone and against the others. Raises WrongReferenceError with all that is wrong."""
    # Rules between tables read cells, so cells are checked first.
    problems = check_tables() or [*_counterpart_problems(), *_territory_problems(territory_folder())]
    if problems:
        raise WrongReferenceError(problems)


def territory_problems(folder: Path) -> list[str]:
    """What is wrong with a territory's folder, in sentences."""
    wrong, unreadable = check_tables(folder, only_territory=True), boundary_problems(folder)
    if wrong:
        return wrong + unreadable
    rows = rows_of(load_tables()["administrative_units"], folder)
    units = [(row.cells["commune_code"], row.cells["valid_from"]) for row in rows]
    return _territory_problems(folder) + (unreadable or unmatched_boundaries(folder, units))


def _counterpart_problems() -> list[str]:
    return check_counterparts({name: rows_of(table) for name, table in load_tables().items()})


def _territory_problems(folder: Path) -> list[str]:
    tables = load_tables()
    return check_territory(
        load_territory(folder).harmonised_date,
        rows_of(tables["administrative_units"], folder),
        rows_of(tables["commune_succession"], folder),
    )


def write_reference(home: Home) -> None:
    """Check every table and write it, typed, to `warehouse/reference/<table>.parquet`, where dbt reads it.

    Raises WrongReferenceError before anything is written.
    """
    check_reference()
    folder = home.reference
    folder.mkdir(parents=True, exist_ok=True)
    with duckdb.connect() as connection:
        for table in load_tables().values():
            _write_parquet(connection, table, read_table(table.name), folder / f"{table.name}.parquet")


def _write_parquet(
    connection: duckdb.DuckDBPyConnection, table: Table, rows: Iterable[dict[str, str]], path: Path
) -> None:
    typed = ", ".join(f'cast("{column.name}" as {column.type}) as "{column.name}"' for column in table.columns)
    structure = json.dumps([{column.name: "VARCHAR" for column in table.columns}])
    content = json.dumps([{name: value or None for name, value in row.items()} for row in rows])
    connection.execute(
        f"create or replace table written as "
        f"select {typed} from (select unnest(from_json(?, '{structure}'), recursive := true))",
        [content],
    )
    partial = partial_of(path)
    connection.execute(f"copy written to {sql_text(partial)} (format parquet)")
    put_in_place(partial, path)
