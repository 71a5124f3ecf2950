"""The figures of a survey year as its recognition decision approved them, and whether a database still has them.

Kept in the archive under their checksum, which the registry entry of the closing names. They are the counts of the
official forms, by area; rates and lists follow from them.
"""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

import duckdb

from base.home import OWNER_ONLY, Home
from base.release_layout import attach
from base.sql import sql_file
from base.whole_file import BrokenFileError, partial_of, put_in_place
from ingestion.closures import Closure, figures_file

TABLES = (
    "area_year",
    "area_year_cause",
    "area_year_class",
    "area_year_ethnicity",
    "child_indicator_area_year",
    "indicator_area_year",
    "need_area_year",
    "person_area_year",
    "poverty_movement",
)
_OF_AN_AREA = ("survey_year", "boundary", "area_level", "area_code", "area_name")
_COUNTS = ("BIGINT", "INTEGER", "HUGEINT")
_KEY = "table_name, area_level, area_code, breakdown, metric"


def keep_figures(home: Home, database: Path, survey_year: int) -> str:
    """Keep the counts of a year as a database has them; returns the checksum that they are kept under."""
    partial = partial_of(figures_file(home, "figures"))
    partial.parent.mkdir(mode=OWNER_ONLY, exist_ok=True)
    with duckdb.connect() as connection:
        attach(connection, database, "approved")
        connection.execute(
            f"copy ({_figures(connection, 'approved', survey_year)} order by {_KEY}) to {sql_file(partial)} "
            "(format parquet)"
        )
    checksum = hashlib.sha256(partial.read_bytes()).hexdigest()
    partial.chmod(0o400)
    put_in_place(partial, figures_file(home, checksum))
    return checksum


def differences(home: Home, closure: Closure, database: Path, most: int = 5) -> list[str]:
    """Which figures of a database are not the approved ones, one phrase each, the first ones; empty where all are.

    Raises BrokenFileError where the approved figures are lost or damaged.
    """
    path = figures_file(home, closure.entry["figures"])
    if not os.path.lexists(path) or hashlib.sha256(path.read_bytes()).hexdigest() != path.stem:
        raise BrokenFileError(
            f"{path} is missing or damaged. It holds the approved figures of {closure.survey_year}: restore it from "
            f"its backup, or `poverty reopen {closure.survey_year}`. Nothing was published."
        )
    with duckdb.connect() as connection:
        attach(connection, database, "now")
        rows = connection.execute(
            f"""
            with

            approved as (
                select * from read_parquet({sql_file(path)})
            ),

            now as (
                select * from ({_figures(connection, "now", closure.survey_year)})
                where (table_name, metric) in (select (table_name, metric) from approved)
            )

            select {_KEY}, approved.value, now.value
            from approved
            full join now using ({_KEY})
            where approved.value is distinct from now.value
            order by area_level <> 'province', {_KEY}
            limit {most}
            """
        ).fetchall()
    return [
        f"{metric} of {area}{f' ({breakdown})' if breakdown else ''} is {_shown(now)}, approved {_shown(approved)} "
        f"(marts.{table})"
        for table, _, area, breakdown, metric, approved, now in rows
    ]


def _shown(value: int | None) -> str:
    return "missing" if value is None else f"{value:,}"


def _figures(connection: duckdb.DuckDBPyConnection, database: str, survey_year: int) -> str:
    """A query for the counts of a year in the boundaries of its review, one row each."""
    return " union all ".join(_of_table(connection, database, table, survey_year) for table in TABLES)


def _of_table(connection: duckdb.DuckDBPyConnection, database: str, table: str, survey_year: int) -> str:
    columns = dict(
        connection.execute(
            "select column_name, data_type from duckdb_columns() where database_name = ? and schema_name = 'marts' "
            "and table_name = ? order by column_index",
            [database, table],
        ).fetchall()
    )
    counts = [name for name, kind in columns.items() if kind in _COUNTS and name not in _OF_AN_AREA]
    parts = list(_breakdown(columns))
    breakdown = f"concat_ws(', ', {', '.join(parts)})" if parts else "''"
    listed = ", ".join(f"cast({name} as bigint) as {name}" for name in counts)
    return (
        f"select '{table}' as table_name, area_level, area_code, breakdown, metric, value from ("
        f"unpivot (select area_level, area_code, {breakdown} as breakdown, {listed} from {database}.marts.{table} "
        f"where survey_year = {int(survey_year)} and boundary = 'as_reviewed') "
        f"on {', '.join(counts)} into name metric value value)"
    )


def _breakdown(columns: dict[str, str]) -> Iterator[str]:
    """The codes that split an area's figures, such as the class or the age group."""
    for name, kind in columns.items():
        if kind == "VARCHAR" and name not in _OF_AN_AREA and not name.endswith(("_name", "_vi")):
            yield name
