"""The files of the open-data edition: tables without small cells as DuckDB, Parquet and CSV, and their description."""

import hashlib
import json
import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from base.home import Home, published_rights
from base.release_layout import DATABASE, DESCRIPTION, OPEN_DATABASE, REPORTS, attach_new, read_datapackage
from base.sql import sql_text
from publication.datapackage import report_resource, table_field
from publication.open_data import published_counts
from publication.open_data.suppression import LARGEST, PROTECTION, SMALLEST, Tree, suppressed
from publication.release import NotPublishedError

LICENCE = {"name": "CC-BY-4.0", "path": "https://creativecommons.org/licenses/by/4.0/", "title": "Attribution 4.0"}
FOLDER = "open_data"
# EARLIER: left out by an edition before this one, and for good.
PUBLISHED, PRIMARY, SECONDARY, EARLIER = KINDS = "published", "primary", "secondary", "earlier"
# The edition to which this one adds, in its description.
FOLLOWS = "follows"
# Writes the pages of an edition: the release's folder, the edition's folder with its tables.
PageWriter = Callable[[Path, Path], None]
METHOD = (
    f"Counts from {SMALLEST} to {LARGEST} are left out (null, is_suppressed). More counts are left out so that none of "
    "them can be worked out from sums over areas, from shares, or from counts that contain it: whoever knows all "
    f"published figures still has a range of at least {PROTECTION + 1} whole numbers for each. Zeros are published: "
    "they concern nobody. Shares of counts left out are left out too. Only the boundaries of the review are given, "
    "and only communes whose file is final. What an edition has shown of a commune and year, later editions repeat: "
    "they add communes, protected together, and change nothing."
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
Areas = dict[tuple[int, str], tuple[str, str]]  # (survey year, area code): (level, name)


@dataclass
class Counts:
    """One count of one year by area: None where it is left out, and why."""

    table: str
    year: int
    name: Cell
    value: dict[str, int | None]
    reasons: dict[str, str]
    share_of: str | None = None

    def shown(self, area: str) -> int | None:
        """The count of an area where it is published."""
        return self.value.get(area)


@dataclass(frozen=True)
class Opened:
    """What the editions before have shown: their areas, and the counts of each year by (table, year, name)."""

    areas: Areas = field(default_factory=dict)
    cells: dict[tuple[str, int, Cell], dict[str, int | None]] = field(default_factory=dict)


@dataclass(frozen=True)
class Edition:
    """A written edition: its folder and how many cells each table has by published, primary, secondary and earlier."""

    folder: Path
    cells: dict[str, dict[str, int]]


def last_edition(home: Home) -> Path | None:
    """The edition to which the next one adds: the one that none follows; None where there is none."""
    found = {path.parent: json.loads(path.read_text(encoding="utf-8")) for path in _descriptions(home)}
    followed = {package.get(FOLLOWS) for package in found.values()}
    ends = [folder for folder in found if folder.name not in followed]
    # Editions of before 0.2.0 follow none and are followed by none: the youngest of them counts, if no other does.
    return max(ends, key=lambda folder: (FOLLOWS in found[folder], found[folder]["created"]), default=None)


def _descriptions(home: Home) -> Iterator[Path]:
    return (home.published / FOLDER).glob(f"[!.]*/{DESCRIPTION}")


def read_opened(edition: Path | None) -> Opened:
    """What an edition shows, which includes what those before it showed."""
    opened = Opened()
    if edition is not None:
        with duckdb.connect(str(edition / OPEN_DATABASE), read_only=True) as connection:
            for table, (_, own) in TABLES.items():
                columns = ", ".join((*(name for name, *_ in (*_AREA_COLUMNS, *own)), "households_or_persons"))
                for year, level, area, area_name, *name, value in connection.execute(
                    f"select {columns} from {table}"
                ).fetchall():
                    opened.areas[year, area] = (level, area_name)
                    opened.cells.setdefault((table, year, tuple(name)), {})[area] = value
    return opened


def protected_counts(release: Path, opened: Opened) -> tuple[Areas, list[Counts]]:
    """({(survey year, area code): (level, name)}, every open count with the cells to leave out).

    What was opened stays. Communes of the release that no edition has shown in a year are protected as a table of
    their own, and added: so two editions together say no more than one, and the communes that are new.
    """
    with duckdb.connect(str(release / DATABASE), read_only=True) as connection:
        rows = connection.execute(published_counts.areas_sql()).fetchall()
        named: Areas = {(year, code): (level, name) for year, level, code, name, *_ in rows}
        parents: dict[int, dict[str, str]] = {}
        for year, _, code, _, parent, _ in rows:
            if parent is not None:
                parents.setdefault(year, {})[code] = parent
        final = {(year, code) for year, level, code, _, _, is_final in rows if level == "commune" and is_final}
        new = final - opened.areas.keys()
        counted = list(published_counts.read_counts(connection))
    added: dict[tuple[int, str], Counts] = {}
    counts: list[Counts] = []
    for table, name, count, values in counted:
        for year, value in _by_year((row for row in values if row[:2] in new), parents).items():
            one = _protected(table, year, name, value, parents.get(year, {}), added, count)
            added[year, "/".join(name)] = one
            counts.append(one)
    areas = opened.areas | {key: named[key] for one in counts for key in ((one.year, area) for area in one.value)}
    return areas, _joined(opened, counts)


def _by_year(rows: Iterable[tuple[int, str, int]], parents: dict[int, dict[str, str]]) -> dict[int, dict[str, int]]:
    """{year: {area: value}} of communes and of the areas that they lie in."""
    values: dict[int, dict[str, int]] = {}
    for year, commune, value in sorted(rows):
        area: str | None = commune
        while area is not None:
            values.setdefault(year, {}).setdefault(area, 0)
            values[year][area] += value
            area = parents.get(year, {}).get(area)
    return values


def _protected(
    table: str,
    year: int,
    name: Cell,
    value: dict[str, int],
    parent: dict[str, str],
    others: dict[tuple[int, str], Counts],
    count: published_counts.Count,
) -> Counts:
    """A count of a year with its cells to leave out, given the counts that bind it."""

    def shown(other: str, area: str) -> int | None:
        return others[year, other].shown(area) if (year, other) in others else None

    cap, floor = {}, {}
    for area in value:
        wholes = [shown(other, area) for other in count.at_most]
        if wholes and all(whole is not None for whole in wholes):
            cap[area] = sum(whole for whole in wholes if whole is not None)
        least = shown(count.at_least, area) if count.at_least else None
        if least is not None:
            floor[area] = least
    with_them = {area for area in value for other in count.follows if area in others[year, other].reasons}
    tree = Tree(value, {area: above for area, above in parent.items() if area in value}, floor, cap)
    primary, secondary = suppressed(tree, frozenset(with_them))
    reasons = dict.fromkeys(primary, PRIMARY) | dict.fromkeys(secondary, SECONDARY)
    open_value = {area: None if area in reasons else of_area for area, of_area in value.items()}
    return Counts(table, year, name, open_value, reasons, count.share_of)


def _joined(opened: Opened, added: list[Counts]) -> list[Counts]:
    """What was opened with what is added; an area that has both is their sum, left out where either is."""
    counts = {(one.table, one.year, one.name): one for one in added}
    opened_years = {year for _, year, _ in opened.cells}
    joined = []
    for key in sorted({*opened.cells, *counts}):
        table, year, name = key
        before, one = opened.cells.get(key), counts.get(key)
        if before is None and year in opened_years:
            continue  # a count that the communes of before did not have says nothing of their district or province
        value, reasons = dict(before or {}), {area: EARLIER for area, known in (before or {}).items() if known is None}
        if one is not None:
            for area, new in one.value.items():
                known = value.get(area, 0)
                value[area] = None if known is None or new is None else known + new
            reasons = one.reasons | reasons
        joined.append(Counts(table, year, name, value, reasons, published_counts.share_of(table, name)))
    return joined


def write_edition(home: Home, write_pages: PageWriter) -> Edition:
    """Write the open-data edition of the current release, whole or not at all.

    Raises NotPublishedError when nothing is published. An edition that is there is not written again: like its release
    it does not change.
    """
    package = read_datapackage(home.current)
    if package is None:
        raise NotPublishedError("Nothing is published yet, so there is nothing to open. `poverty run` does everything.")
    folder = home.published / FOLDER / package["id"]
    if not folder.exists():
        aside = folder.with_name(f".building-{folder.name}")
        shutil.rmtree(aside, ignore_errors=True)
        aside.mkdir(parents=True)
        aside.parent.chmod(published_rights()[0])
        try:
            _write(home.current.resolve(), aside, package, last_edition(home), write_pages)
        except Exception:
            shutil.rmtree(aside, ignore_errors=True)
            raise
        aside.replace(folder)
    written = read_datapackage(folder)
    assert written is not None
    return Edition(folder, written["suppression"]["cells"])


def _write(release: Path, aside: Path, package: dict[str, Any], follows: Path | None, write_pages: PageWriter) -> None:
    areas, counts = protected_counts(release, read_opened(follows))
    shown = {(count.year, count.name[0]): count for count in counts if count.table == "area_year"}
    rows: dict[str, list[tuple[Any, ...]]] = {table: [] for table in TABLES}
    cells: dict[str, Counter[str]] = {table: Counter(dict.fromkeys(KINDS, 0)) for table in TABLES}
    for count in counts:
        for area, value in count.value.items():
            whole = shown[count.year, count.share_of].shown(area) if count.share_of else None
            share = value / whole if value is not None and whole else None
            level, name = areas[count.year, area]
            rows[count.table].append((count.year, level, area, name, *count.name, value, share, value is None))
            cells[count.table][count.reasons.get(area, PUBLISHED)] += 1
    for folder in ("parquet", "csv"):
        (aside / folder).mkdir()
    with duckdb.connect() as connection:
        attach_new(connection, aside / OPEN_DATABASE, "open")
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
    write_pages(release, aside)
    _describe(aside, package, follows, {table: dict(counted) for table, counted in cells.items()})
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


def _describe(folder: Path, package: dict[str, Any], follows: Path | None, cells: dict[str, dict[str, int]]) -> None:
    resources = []
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        if path.is_relative_to(folder / REPORTS):
            resources.append(report_resource(folder, path))
            continue
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
        FOLLOWS: follows.name if follows else None,
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
