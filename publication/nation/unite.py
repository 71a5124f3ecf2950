"""`poverty nation`: published releases of several homes in one database. Written aside and renamed once it is whole."""

import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from base.home import OWNER_ONLY
from base.locks import held_if_free
from base.product import code_version, product_version
from base.release_layout import DATABASE, DESCRIPTION, PUBLIC_SCHEMAS, attach_new
from base.sql import sql_name, sql_text
from base.whole_file import to_disk
from publication.datapackage import FINAL, PROVISIONAL, file_facts
from publication.nation.national_rows import NationalRows, make_national_rows
from publication.nation.rules import NATION
from publication.nation.territory_releases import (
    NotUnitedError,
    Overlap,
    TerritoryRelease,
    attach_all,
    described,
    open_release,
    overlaps_of,
    refuse_mixed,
    refuse_other_tables,
    refuse_overlaps,
)
from publication.release import make_readable, public_tables

TERRITORY = "territory"
_MEANING = f"Code of the territory whose release the row is from; {NATION} for figures of all of them together."
# The index of a key stays in memory until it is written, so not more rows than these wait. To write after each table
# took a third of uniting two small releases.
_ROWS_IN_MEMORY = 100_000
_DESCRIPTION = f"Rows of every territory; every key begins with {TERRITORY} (docs/nation.md)."


@dataclass(frozen=True)
class Nation:
    """A written national database."""

    folder: Path
    releases: list[TerritoryRelease]
    rows: NationalRows
    overlaps: list[Overlap]


def unite(paths: Sequence[Path], folder: Path, *, with_national_rows: bool = True) -> Nation:
    """Write the tables of all releases into a new folder, and its description.

    Args:
        paths: homes, whose current release counts, or folders of releases.
        folder: where the database goes; there must be nothing yet.
        with_national_rows: add rows of all territories together.

    Raises NotUnitedError when the releases do not fit together, and writes nothing then.
    """
    folder = folder.absolute()
    if not folder.parent.is_dir():
        raise NotUnitedError(f"{folder.parent} is no folder: make it first.")
    lock = folder.with_name(f".{folder.name}.lock")
    aside = folder.with_name(f".{folder.name}.partial")
    with held_if_free(lock) as is_free:
        if not is_free:
            raise NotUnitedError(f"Another process writes {folder}: wait for it, or give another folder.")
        try:
            if folder.exists():
                raise NotUnitedError(
                    f"{folder} is there already: give a new folder, so that no reader loses what it reads."
                )
            shutil.rmtree(aside, ignore_errors=True)  # of a run that was killed
            releases = [open_release(path) for path in paths]
            refuse_mixed(releases)
            _refuse_without_room(releases, folder)
            aside.mkdir(mode=OWNER_ONLY)
            rows, overlaps = _write_database(releases, aside, with_national_rows)
            _describe(aside, releases, rows, overlaps)
            make_readable(aside)
            aside.rename(folder)
            to_disk(folder.parent)
        finally:
            shutil.rmtree(aside, ignore_errors=True)
            lock.unlink(missing_ok=True)
    return Nation(folder, releases, rows, overlaps)


def _refuse_without_room(releases: Sequence[TerritoryRelease], folder: Path) -> None:
    needed = sum((release.folder / DATABASE).stat().st_size for release in releases) // 2**20
    free = shutil.disk_usage(folder.parent).free // 2**20
    if free < needed:
        raise NotUnitedError(
            f"No room on the disk of {folder.parent}: {free:,} MB free, about {needed:,} MB needed. Make room, or give "
            "a folder on another disk."
        )


def _write_database(
    releases: Sequence[TerritoryRelease], aside: Path, with_national_rows: bool
) -> tuple[NationalRows, list[Overlap]]:
    spilled = aside / "spilled"
    with duckdb.connect() as connection:
        connection.execute(f"set temp_directory = {sql_text(spilled)}; set enable_progress_bar = false")
        attached = attach_all(connection, releases)
        refuse_other_tables(connection, releases, attached)
        overlaps = overlaps_of(connection, attached)
        if with_national_rows:
            refuse_overlaps(releases, overlaps)
        attach_new(connection, aside / DATABASE, "nation_database")
        connection.execute("use nation_database")
        first = next(iter(attached.values()))
        tables = public_tables(connection, first)
        _create_tables(connection, first, tables)
        unwritten = 0
        for schema, table in tables:
            for territory, database in attached.items():
                unwritten += connection.execute(
                    f"insert into {schema}.{table} select {sql_text(territory)}, * from {database}.{schema}.{table}"
                ).fetchall()[0][0]
            if unwritten > _ROWS_IN_MEMORY:
                connection.execute("checkpoint nation_database")
                unwritten = 0
        territories = list(attached)
        rows = make_national_rows(connection, territories) if with_national_rows else NationalRows()
        connection.execute("checkpoint nation_database")
        connection.execute("use memory")
        connection.execute("detach nation_database")
    shutil.rmtree(spilled, ignore_errors=True)
    return rows, overlaps


def _create_tables(
    connection: duckdb.DuckDBPyConnection,
    database: str,
    tables: Sequence[tuple[str, str]],
) -> None:
    """Create the tables of a release with the territory before all columns and in every primary key.

    Foreign keys are rows of `bi.foreign_key` only: every release was checked with them, and to check them again took as
    long as all the rest.
    """
    columns = connection.execute(
        "select schema_name || '.' || table_name, list(row(column_name, data_type, is_nullable, comment) order by "
        "column_index) from duckdb_columns() where database_name = ? group by all",
        [database],
    ).fetchall()
    primary = connection.execute(
        "select schema_name || '.' || table_name, constraint_column_names from duckdb_constraints() "
        "where database_name = ? and constraint_type = 'PRIMARY KEY'",
        [database],
    ).fetchall()
    comments = connection.execute(
        "select schema_name || '.' || table_name, comment from duckdb_tables() where database_name = ?", [database]
    ).fetchall()
    columns_of, key_of, comment_of = dict(columns), dict(primary), dict(comments)
    connection.execute("begin")
    for schema in PUBLIC_SCHEMAS:
        connection.execute(f"create schema {schema}")
    for schema, name in tables:
        table = f"{schema}.{name}"
        parts = [
            f"{TERRITORY} varchar not null",
            *(
                f"{sql_name(column)} {kind}{'' if is_nullable else ' not null'}"
                for column, kind, is_nullable, _ in columns_of[table]
            ),
            f"primary key ({', '.join([TERRITORY, *map(sql_name, key_of[table])])})",
        ]
        about = f"{(comment_of[table] or '').strip()} {_DESCRIPTION}".strip()
        said = [(TERRITORY, _MEANING), *((column, text) for column, _, _, text in columns_of[table] if text)]
        connection.execute(
            f"create table {table} ({', '.join(parts)});"
            f"comment on table {table} is {sql_text(about)};"
            + "".join(f"comment on column {table}.{sql_name(column)} is {sql_text(text)};" for column, text in said)
        )
    connection.execute("commit")


def _describe(
    folder: Path, releases: Sequence[TerritoryRelease], rows: NationalRows, overlaps: Sequence[Overlap]
) -> None:
    """Which releases the database was made from, so that a figure can be followed to a territory's release."""
    now = datetime.now(UTC)
    package: dict[str, Any] = {
        "profile": "data-package",
        "name": "poverty-nation",
        "title": "Dữ liệu hộ nghèo, hộ cận nghèo của nhiều địa phương",
        "id": now.strftime("%Y%m%dT%H%M%S%fZ"),
        "created": now.isoformat(timespec="seconds"),
        "productVersion": product_version(),
        "codeVersion": code_version(),
        "maturity": FINAL if all(each.description["maturity"] == FINAL for each in releases) else PROVISIONAL,
        "territories": [described(release) for release in releases],
        "overlaps": [
            {
                "territories": [overlap.first, overlap.second],
                "communes": overlap.communes,
                "surveyYears": list(overlap.survey_years),
            }
            for overlap in overlaps
        ],
        "nationalYears": rows.survey_years,
        "yearsWithoutNationalRows": rows.years_without,
        "gaps": rows.gaps,
        "resources": [
            {
                "name": "database",
                "path": DATABASE,
                "format": "duckdb",
                "mediatype": "application/vnd.duckdb",
                "description": _DESCRIPTION,
                **file_facts(folder / DATABASE),
            }
        ],
    }
    (folder / DESCRIPTION).write_text(json.dumps(package, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
