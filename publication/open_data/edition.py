"""The files of the open-data edition: tables without small cells as DuckDB, Parquet and CSV, and their description."""

import hashlib
import json
import shutil
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from base.home import Home, published_rights
from base.reference import read_table
from base.release_layout import DATABASE, DESCRIPTION, read_datapackage
from base.sql import sql_text
from publication.datapackage import table_field
from publication.open_data import published_counts
from publication.open_data.suppression import LARGEST, PROTECTION, SMALLEST, Tree, suppressed
from publication.release import STORAGE_VERSION, NotPublishedError

OPEN_DATABASE = "poverty_open_data.duckdb"
LICENCE = {"name": "CC-BY-4.0", "path": "https://creativecommons.org/licenses/by/4.0/", "title": "Attribution 4.0"}
PUBLISHED, PRIMARY, SECONDARY = "published", "primary", "secondary"
METHOD = (
    f"Counts from {SMALLEST} to {LARGEST} are left out (null, is_suppressed). More counts are left out so that none of "
    "them can be worked out from sums over areas, from shares, or from counts that contain it: whoever knows all "
    f"published figures still has a range of at least {PROTECTION + 1} whole numbers for each. Zeros are published: "
    "they concern nobody. Shares of counts left out are left out too. Only the boundaries of the review are given."
)
_KEY = ("survey_year", "area_level", "area_code")
# table -> (description, columns as (name, type, meaning)); the first columns are the key of an area
_AREA_COLUMNS = (
    ("survey_year", "INTEGER", "Survey year: the review describes the end of it."),
    ("area_level", "VARCHAR", "province, district (until 2024) or commune."),
    ("area_code", "VARCHAR", "Code of the territory, a district or a commune."),
    ("area_name", "VARCHAR", "Name of the area."),
)
_LAST_COLUMNS = (
    ("households_or_persons", "BIGINT", "The count; null where it is left out."),
    ("share", "DOUBLE", "The count as a share of what contains it; null where either is left out or there is none."),
    ("is_suppressed", "BOOLEAN", "Whether the count is left out to protect small numbers."),
)
TABLES: dict[str, tuple[str, tuple[tuple[str, str, str], ...]]] = {
    "area_year": (
        "Residents, poor and near-poor households and persons by area and survey year.",
        (("measure", "VARCHAR", "What is counted, by the names of marts.area_year; share is of resident households."),),
    ),
    "indicator_year": (
        "Households deprived in an indicator by class, area and survey year.",
        (
            ("poverty_class", "VARCHAR", "poor or near_poor; share is of the households of the class."),
            ("indicator_code", "VARCHAR", "The deprivation indicator."),
        ),
    ),
    "need_year": (
        "Poor and near-poor households with a support need by area and survey year.",
        (("need_code", "VARCHAR", "The support need; it has no share."),),
    ),
}

Cell = tuple[str, ...]


@dataclass
class Counts:
    """One count of one year: its tree, and which cells of it are left out and why."""

    table: str
    year: int
    name: Cell
    tree: Tree
    share_of: str | None = None
    reasons: dict[str, str] = field(default_factory=dict)

    def shown(self, area: str) -> int | None:
        """The count of an area where it is published."""
        return None if area in self.reasons else self.tree.value.get(area)


@dataclass(frozen=True)
class Edition:
    """A written edition: its folder and how many cells each table has by published, primary and secondary."""

    folder: Path
    cells: dict[str, dict[str, int]]


def protected_counts(release: Path) -> tuple[dict[tuple[int, str], tuple[str, str]], list[Counts]]:
    """({(survey year, area code): (level, name)}, every open count of a release with the cells to leave out)."""
    with duckdb.connect(str(release / DATABASE), read_only=True) as connection:
        areas: dict[tuple[int, str], tuple[str, str]] = {}
        parents: dict[int, dict[str, str]] = {}
        for year, level, code, name, parent in connection.execute(published_counts.areas_sql()).fetchall():
            areas[year, code] = (level, name)
            if parent is not None:
                parents.setdefault(year, {})[code] = parent
        counts: list[Counts] = []
        by_name: dict[tuple[int, str], Counts] = {}
        for count in published_counts.AREA_COUNTS:
            rows = connection.execute(
                f"select survey_year, area_code, {count.name} from marts.area_year where boundary = 'as_reviewed' "
                f"and area_level in ('province', 'district', 'commune') and {count.name} is not null"
            ).fetchall()
            for year, value in _by_year(rows).items():
                made = _protected(
                    "area_year", year, (count.name,), value, parents.get(year, {}), by_name,
                    count.at_most, count.at_least, count.follows, count.share_of,
                )  # fmt: skip
                by_name[year, count.name] = made
                counts.append(made)
        rows = connection.execute(published_counts.INDICATORS).fetchall()
        for poverty_class, whole in published_counts.INDICATOR_CLASSES.items():
            for code in sorted({row[3] for row in rows}):
                one = [(row[0], row[1], row[4]) for row in rows if (row[2], row[3]) == (poverty_class, code)]
                counts += [
                    _protected(
                        "indicator_year", year, (poverty_class, code), value, parents.get(year, {}), by_name,
                        (whole,), None, (whole,), whole,
                    )
                    for year, value in _by_year(one).items()
                ]  # fmt: skip
        rows = connection.execute(published_counts.NEEDS).fetchall()
        # The count of a need that contains others is bound by theirs on both sides.
        needs_with_parts = {row["parent_code"] for row in read_table("needs")}
        for code in sorted({row[2] for row in rows} - needs_with_parts):
            one = [(row[0], row[1], row[3]) for row in rows if row[2] == code]
            counts += [
                _protected(
                    "need_year", year, (code,), value, parents.get(year, {}), by_name,
                    published_counts.LISTED, None, published_counts.LISTED, None,
                )
                for year, value in _by_year(one).items()
            ]  # fmt: skip
    return areas, counts


def _by_year(rows: Iterable[tuple[int, str, int]]) -> dict[int, dict[str, int]]:
    values: dict[int, dict[str, int]] = {}
    for year, area, value in sorted(rows):
        values.setdefault(year, {})[area] = value
    return values


def _protected(
    table: str,
    year: int,
    name: Cell,
    value: dict[str, int],
    parent: dict[str, str],
    others: dict[tuple[int, str], Counts],
    at_most: tuple[str, ...],
    at_least: str | None,
    follows: tuple[str, ...],
    share_of: str | None,
) -> Counts:
    """A count of a year with its cells to leave out, given the counts that bind it."""

    def shown(other: str, area: str) -> int | None:
        return others[year, other].shown(area) if (year, other) in others else None

    cap, floor = {}, {}
    for area in value:
        wholes = [shown(other, area) for other in at_most]
        if wholes and all(whole is not None for whole in wholes):
            cap[area] = sum(whole for whole in wholes if whole is not None)
        least = shown(at_least, area) if at_least else None
        if least is not None:
            floor[area] = least
    with_them = {area for area in value for other in follows if area in others[year, other].reasons}
    tree = Tree(value, {area: above for area, above in parent.items() if area in value}, floor, cap)
    primary, secondary = suppressed(tree, frozenset(with_them))
    reasons = dict.fromkeys(primary, PRIMARY) | dict.fromkeys(secondary, SECONDARY)
    return Counts(table, year, name, tree, share_of, reasons)


def write_edition(home: Home) -> Edition:
    """Write the open-data edition of the current release, whole or not at all.

    Raises NotPublishedError when nothing is published. An edition that is there is not written again: like its release
    it does not change.
    """
    package = read_datapackage(home.current)
    if package is None:
        raise NotPublishedError("Nothing is published yet, so there is nothing to open. `poverty run` does everything.")
    folder = home.published / "open_data" / package["id"]
    if not folder.exists():
        aside = folder.with_name(f".building-{folder.name}")
        shutil.rmtree(aside, ignore_errors=True)
        aside.mkdir(parents=True)
        aside.parent.chmod(published_rights()[0])
        try:
            _write(home.current.resolve(), aside, package)
        except Exception:
            shutil.rmtree(aside, ignore_errors=True)
            raise
        aside.replace(folder)
    written = read_datapackage(folder)
    assert written is not None
    return Edition(folder, written["suppression"]["cells"])


def _write(release: Path, aside: Path, package: dict[str, Any]) -> None:
    areas, counts = protected_counts(release)
    shown = {(count.year, count.name[0]): count for count in counts if count.table == "area_year"}
    rows: dict[str, list[tuple[Any, ...]]] = {table: [] for table in TABLES}
    cells: dict[str, Counter[str]] = {table: Counter({PUBLISHED: 0, PRIMARY: 0, SECONDARY: 0}) for table in TABLES}
    for count in counts:
        for area in count.tree.value:
            value = count.shown(area)
            whole = shown[count.year, count.share_of].shown(area) if count.share_of else None
            share = value / whole if value is not None and whole else None
            level, name = areas[count.year, area]
            rows[count.table].append((count.year, level, area, name, *count.name, value, share, value is None))
            cells[count.table][count.reasons.get(area, PUBLISHED)] += 1
    for folder in ("parquet", "csv"):
        (aside / folder).mkdir()
    with duckdb.connect() as connection:
        connection.execute(f"attach {sql_text(aside / OPEN_DATABASE)} as open (storage_version '{STORAGE_VERSION}')")
        connection.execute("use open")
        for table, (about, own) in TABLES.items():
            columns = (*_AREA_COLUMNS, *own, *_LAST_COLUMNS)
            _write_table(connection, table, about, columns, sorted(rows[table], key=lambda row: row[: 4 + len(own)]))
            for kind, options in (("parquet", "format parquet, compression zstd"), ("csv", "format csv, header true")):
                path = sql_text(aside / kind / f"{table}.{kind}")
                source = table if kind == "parquet" else f"(select {', '.join(map(_csv_column, columns))} from {table})"
                connection.execute(f"copy {source} to {path} ({options})")
        connection.execute("checkpoint open")
        connection.execute("use memory")
        connection.execute("detach open")
    _describe(aside, package, {table: dict(counted) for table, counted in cells.items()})
    folder_rights, file_rights = published_rights()
    for made in (aside, *aside.rglob("*")):
        made.chmod(folder_rights if made.is_dir() else file_rights)


def _csv_column(column: tuple[str, str, str]) -> str:
    """A column of a CSV file: text never begins as a formula does, also in a territory of somebody else's."""
    name, kind, _ = column
    if kind != "VARCHAR":
        return name
    return f"case when regexp_matches({name}, '^\\s*[=+@|%-]') then chr(39) || {name} else {name} end as {name}"


def _write_table(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    about: str,
    columns: tuple[tuple[str, str, str], ...],
    rows: list[tuple[Any, ...]],
) -> None:
    own = [name for name, _, _ in columns[4:-3]]
    definition = ", ".join(f"{name} {kind}" for name, kind, _ in columns)
    connection.execute(f"create table {table} ({definition}, primary key ({', '.join((*_KEY, *own))}))")
    connection.execute(f"comment on table {table} is '{about}'")
    for name, _, meaning in columns:
        connection.execute(f"comment on column {table}.{name} is '{meaning}'")
    if rows:
        lists = list(zip(*rows, strict=True))
        arguments = ", ".join(f"unnest(?::{kind}[])" for _, kind, _ in columns)
        connection.execute(f"insert into {table} select {arguments}", [list(column) for column in lists])


def _describe(folder: Path, package: dict[str, Any], cells: dict[str, dict[str, int]]) -> None:
    resources = []
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        resource: dict[str, Any] = {
            "name": path.relative_to(folder).as_posix().replace("/", "-").replace("_", "-").replace(".", "-"),
            "path": path.relative_to(folder).as_posix(),
            "format": path.suffix.removeprefix("."),
            **({"encoding": "utf-8"} if path.suffix == ".csv" else {}),
            # frictionless counts no bytes of Parquet.
            **({} if path.suffix == ".parquet" else {"bytes": path.stat().st_size}),
            "hash": f"sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}",
        }
        if path.stem in TABLES:
            about, own = TABLES[path.stem]
            resource["description"] = about
            resource["schema"] = {
                "fields": [
                    table_field(name, kind, meaning) for name, kind, meaning in (*_AREA_COLUMNS, *own, *_LAST_COLUMNS)
                ],
                "primaryKey": [*_KEY, *(name for name, _, _ in own)],
            }
        resources.append(resource)
    description = {
        "profile": "data-package",
        "name": "poverty-open-data",
        "title": "Số liệu mở về hộ nghèo, hộ cận nghèo",
        "id": package["id"],
        "created": package["created"],
        "version": package["version"],
        "maturity": package["maturity"],
        "licenses": [LICENCE],
        "suppression": {
            "method": METHOD,
            "smallestCountLeftOut": SMALLEST,
            "largestCountLeftOut": LARGEST,
            "valuesThatRemainPossible": PROTECTION + 1,
            "cells": cells,
        },
        "resources": resources,
    }
    (folder / DESCRIPTION).write_text(json.dumps(description, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
