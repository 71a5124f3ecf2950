"""What changed from one release to the next: files, rows of tables, figures with their causes (`poverty diff`)."""

from collections import Counter
from collections.abc import Collection, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from audit.causes import Causes, Place
from audit.releases import description_of
from base.release_layout import DATABASE, PUBLIC_SCHEMAS, attach, parquet_file

# Columns that describe a run and not the data: they differ between any two runs.
RUN_COLUMNS: dict[str, frozenset[str]] = {
    "bi.release": frozenset({"release_id", "made_at", "inputs_state"}),
    "quality.check_result": frozenset({"run_id", "checked_at"}),
    "quality.finding": frozenset({"first_seen_at", "last_seen_at", "resolved_at"}),
}
_NUMBERS = ("BIGINT", "INTEGER", "DOUBLE", "DECIMAL", "HUGEINT", "FLOAT")
_AREA_KEY = ("survey_year", "from_year", "to_year", "area_level", "boundary", "area_code")
ADDED, SUPERSEDED, HELD, REJECTED, WITHDRAWN, ERASED, GONE = (
    "added",
    "superseded",
    "held",
    "rejected",
    "withdrawn",
    "erased",
    "gone",
)


@dataclass(frozen=True)
class FileChange:
    """A received file whose status changed. `change` is added (now in force), superseded, held (its year is closed),
    rejected, withdrawn, erased or gone."""

    change: str
    source_file_id: str
    survey_year: int | None
    commune_code: str | None
    submission_number: int | None
    old_status: str | None
    new_status: str | None


@dataclass(frozen=True)
class TableChange:
    """How many rows of a table were added, removed or changed; columns that only one release has are named."""

    table: str
    rows_added: int
    rows_removed: int
    rows_changed: int
    columns_added: tuple[str, ...] = ()
    columns_removed: tuple[str, ...] = ()


@dataclass(frozen=True)
class FigureChange:
    """A changed figure of an area. `breakdown` holds the other key columns (class, indicator, list ...)."""

    table: str
    survey_year: int
    area_level: str
    boundary: str
    area_code: str
    measure: str
    breakdown: str
    old: float | int | None
    new: float | int | None
    cause: str


@dataclass(frozen=True)
class FigureCount:
    """How many figures of a table changed for a cause, and in how many areas."""

    table: str
    cause: str
    figures: int
    areas: int


@dataclass(frozen=True)
class PlaceCount:
    """How many figures of an area and year changed for a cause, of all tables and both boundaries together."""

    survey_year: int
    area_level: str
    area_code: str
    cause: str
    figures: int


@dataclass(frozen=True)
class ReleaseDifference:
    """Everything that differs. `notes` are sentences about what the releases did not record."""

    old_id: str
    new_id: str
    files: tuple[FileChange, ...]
    tables: tuple[TableChange, ...]
    figures: tuple[FigureChange, ...]
    notes: tuple[str, ...]
    counts: tuple[FigureCount, ...] = ()
    places: tuple[PlaceCount, ...] = ()


@dataclass(frozen=True)
class _Catalogue:
    """The columns of both releases' public tables, `schema.table`, with their types, and the keys of the later one."""

    columns: dict[tuple[str, str], dict[str, str]]
    keys: dict[str, list[str]]

    def tables(self, database: str) -> set[str]:
        """The public tables of a release, `old` or `new`."""
        return {table for release, table in self.columns if release == database}

    def key_of(self, table: str) -> list[str]:
        """The primary key of a table, without run-specific columns."""
        return [column for column in self.keys.get(table, ()) if column not in RUN_COLUMNS.get(table, ())]


def _catalogue(connection: duckdb.DuckDBPyConnection) -> _Catalogue:
    # Asked once: a question for each table takes as long as one for all.
    columns = connection.execute(
        "select database_name, schema_name || '.' || table_name, list(column_name order by column_index), "
        "list(data_type order by column_index) from duckdb_columns() where database_name in ('old', 'new') "
        "and schema_name in (select unnest(?)) group by all",
        [list(PUBLIC_SCHEMAS)],
    ).fetchall()
    keys = connection.execute(
        "select schema_name || '.' || table_name, constraint_column_names from duckdb_constraints() "
        "where database_name = 'new' and constraint_type = 'PRIMARY KEY'"
    ).fetchall()
    return _Catalogue(
        {(database, table): dict(zip(names, types, strict=True)) for database, table, names, types in columns},
        dict(keys),
    )


def compare_releases(old: Path, new: Path, listed: Collection[str] | None = None) -> ReleaseDifference:
    """Compare two releases.

    Args:
        old: the folder of the earlier release.
        new: the folder of the later one.
        listed: the tables whose changed figures are listed one by one, all by default. Every changed figure is counted;
            a province that was sent again changes millions, and listing them takes half a minute.

    Returns the changed figures of the area tables (tables keyed by year and area_code), and counts for all tables that
    differ. Values are compared exactly.
    """
    descriptions = description_of(old), description_of(new)
    with closing(duckdb.connect()) as connection:
        for name, release in (("old", old), ("new", new)):
            attach(connection, release / DATABASE, name)
        files = _files(connection)
        causes = Causes(connection, descriptions)
        catalogue = _catalogue(connection)
        tables: list[TableChange] = []
        figures: list[FigureChange] = []
        counted: list[tuple[str, Place, str, int]] = []
        for table in sorted(catalogue.tables("old") & catalogue.tables("new")):
            if _same_bytes(descriptions, table):
                continue
            change, numbers = _compare_table(connection, table, catalogue)
            if change is not None:
                tables.append(change)
            if numbers:
                key = catalogue.key_of(table)
                counted += _counts(connection, table, key, numbers, causes)
                if listed is None or table in listed:
                    figures += _figures(connection, table, key, numbers, causes)
        tables += _whole_tables(connection, catalogue)
    return ReleaseDifference(
        descriptions[0]["id"],
        descriptions[1]["id"],
        files,
        tuple(sorted(tables, key=lambda change: change.table)),
        tuple(figures),
        causes.notes,
        *_summed(counted),
    )


def _summed(
    counted: Sequence[tuple[str, Place, str, int]],
) -> tuple[tuple[FigureCount, ...], tuple[PlaceCount, ...]]:
    by_table: Counter[tuple[str, str]] = Counter()
    areas: dict[tuple[str, str], set[str]] = {}
    by_place: Counter[tuple[int, str, str, str]] = Counter()
    for table, place, cause, figures in counted:
        by_table[table, cause] += figures
        areas.setdefault((table, cause), set()).add(place.area_code)
        by_place[place.survey_year, place.area_level, place.area_code, cause] += figures
    return (
        tuple(FigureCount(*key, figures, len(areas[key])) for key, figures in sorted(by_table.items())),
        tuple(PlaceCount(*key, figures) for key, figures in sorted(by_place.items())),
    )


def _whole_tables(connection: duckdb.DuckDBPyConnection, catalogue: _Catalogue) -> list[TableChange]:
    """Tables that only one of the releases has."""
    changes = []
    for table in sorted(catalogue.tables("old") ^ catalogue.tables("new")):
        database = "new" if table in catalogue.tables("new") else "old"
        rows = connection.execute(f"select count(*) from {database}.{table}").fetchall()[0][0]
        added, removed = (rows, 0) if database == "new" else (0, rows)
        changes.append(TableChange(table, added, removed, 0))
    return changes


def _same_bytes(descriptions: Sequence[dict[str, Any]], table: str) -> bool:
    """Whether both releases describe a Parquet file of the table with the same checksum."""
    path = parquet_file(table)
    hashes = [
        {resource["path"]: resource["hash"] for resource in description["resources"]} for description in descriptions
    ]
    return path in hashes[0] and hashes[0].get(path) == hashes[1].get(path)


def _compare_table(
    connection: duckdb.DuckDBPyConnection, table: str, catalogue: _Catalogue
) -> tuple[TableChange | None, list[str]]:
    """What changed in a table, and its columns of figures; its changed rows are in `changed` afterwards."""
    old, new = (catalogue.columns[database, table] for database in ("old", "new"))
    key = [column for column in catalogue.key_of(table) if column in old]
    ignored = RUN_COLUMNS.get(table, frozenset())
    values = [column for column in new if column in old and column not in key and column not in ignored]
    joined = " and ".join(f'old."{column}" is not distinct from new."{column}"' for column in key)
    differs = " or ".join(f'old."{column}" is distinct from new."{column}"' for column in values) or "false"
    selected = ", ".join(
        [
            *(f'coalesce(new."{column}", old."{column}") as "{column}"' for column in key),
            *(f'old."{column}" as "old_{column}", new."{column}" as "new_{column}"' for column in values),
        ]
    )
    connection.execute(
        f"create or replace temp table changed as select old.is_there as in_old, new.is_there as in_new, {selected} "
        f"from (select *, true as is_there from old.{table}) as old "
        f"full join (select *, true as is_there from new.{table}) as new on {joined} "
        f"where old.is_there is null or new.is_there is null or {differs}"
    )
    added, removed, changed = connection.execute(
        "select count(*) filter (in_old is null), count(*) filter (in_new is null), "
        "count(*) filter (in_old and in_new) from changed"
    ).fetchall()[0]
    columns_added, columns_removed = tuple(sorted(set(new) - set(old))), tuple(sorted(set(old) - set(new)))
    if not (added or removed or changed or columns_added or columns_removed):
        return None, []
    is_of_areas = "area_code" in key and bool({"survey_year", "to_year"} & set(key))
    numbers = [column for column in values if new[column].startswith(_NUMBERS)] if is_of_areas else []
    return TableChange(table, added, removed, changed, columns_added, columns_removed), numbers


def _place_columns(key: Sequence[str]) -> str:
    year = "survey_year" if "survey_year" in key else "to_year"
    boundary = "boundary" if "boundary" in key else "'harmonised'"
    level = "area_level" if "area_level" in key else "'commune'"
    return f"{year}, {level}, {boundary}, area_code"


def _counts(
    connection: duckdb.DuckDBPyConnection, table: str, key: Sequence[str], numbers: Sequence[str], causes: Causes
) -> list[tuple[str, Place, str, int]]:
    """(table, place, cause, changed figures); a query for each table, however many figures changed."""
    changed = " + ".join(f'("old_{measure}" is distinct from "new_{measure}")::int' for measure in numbers)
    rows = connection.execute(
        f"select {_place_columns(key)}, sum({changed}) as figures from changed group by all having figures > 0"
    ).fetchall()
    places = [(Place(*row[:4]), int(row[4])) for row in rows]
    return [(table, place, causes.of(table, place), figures) for place, figures in places]


def _figures(
    connection: duckdb.DuckDBPyConnection, table: str, key: Sequence[str], numbers: Sequence[str], causes: Causes
) -> list[FigureChange]:
    others = [column for column in key if column not in _AREA_KEY or column == "from_year"]
    breakdown = " || ', ' || ".join(f"'{column}=' || \"{column}\"" for column in others) or "''"
    figures = []
    for measure in numbers:
        rows = connection.execute(
            f'select {_place_columns(key)}, {breakdown}, "old_{measure}", "new_{measure}" '
            f'from changed where "old_{measure}" is distinct from "new_{measure}" '
            f"order by {', '.join(key)}"
        ).fetchall()
        for survey_year, area_level, bound, area_code, broken_down, before, after in rows:
            place = Place(survey_year, area_level, bound, area_code)
            cause = causes.of(table, place)
            figures.append(
                FigureChange(
                    table, survey_year, area_level, bound, area_code, measure, broken_down, before, after, cause
                )
            )
    return figures


def _files(connection: duckdb.DuckDBPyConnection) -> tuple[FileChange, ...]:
    rows = connection.execute(
        """
        select coalesce(new.source_file_id, old.source_file_id), coalesce(new.survey_year, old.survey_year),
            coalesce(new.commune_code, old.commune_code), coalesce(new.submission_number, old.submission_number),
            old.status, new.status
        from old.quality.source_file as old
        full join new.quality.source_file as new on old.source_file_id = new.source_file_id
        where old.status is distinct from new.status
        order by 2, 3, 4, 1
        """
    ).fetchall()
    named = (SUPERSEDED, HELD, REJECTED, WITHDRAWN, ERASED)
    changes: dict[str | None, str] = {"accepted": ADDED, None: GONE, **{status: status for status in named}}
    return tuple(
        FileChange(changes[new_status], file_id, year, commune, number, old_status, new_status)
        for file_id, year, commune, number, old_status, new_status in rows
    )
