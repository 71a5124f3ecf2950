"""Which releases may be united: each whole, all of one version and with one schema, each territory once."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

import duckdb

from base.home import Home
from base.product import product_version
from base.release_files import checksum_of, file_problems
from base.release_layout import DATABASE, DESCRIPTION, PUBLIC_SCHEMAS, SIGNATURE, attach, read_datapackage
from base.signature import broken_signature, read_signature
from base.sql import differing_rows
from publication.datapackage import PACKAGE_NAME
from publication.nation.rules import load_rules

_SHOWN = 3


class NotUnitedError(RuntimeError):
    """The releases were not united and nothing was written; the message says why and what to do."""


class NoReleaseError(NotUnitedError):
    """A path is no home with a release and no release."""


@dataclass(frozen=True)
class TerritoryRelease:
    """A release whose files are whole. `fingerprint` is that of the key it is signed with, None where it is not."""

    folder: Path
    territory: str
    name: str
    description: dict[str, Any]
    description_hash: str
    fingerprint: str | None

    @property
    def shown(self) -> str:
        """The territory as a sentence names it."""
        return f"{self.name} ({self.territory})"


@dataclass(frozen=True)
class Overlap:
    """Two territories that hold the same communes in survey years that both have."""

    first: str
    second: str
    communes: int
    example: str
    survey_years: tuple[int, ...]


def open_release(path: Path) -> TerritoryRelease:
    """The release in a folder, or the current one of a home; its checksums and signature are verified first.

    Raises NoReleaseError for another folder, NotUnitedError for a release that is damaged or may not be added up.
    """
    folder = path if (path / DESCRIPTION).is_file() else Home(path).current
    if not (folder / DESCRIPTION).is_file():
        raise NoReleaseError(f"{path} is neither a home with a published release nor the folder of a release.")
    folder = folder.resolve()
    try:
        description = read_datapackage(folder) or {}
        name = description.get("name")
        problems = file_problems(folder, description) if name == PACKAGE_NAME else []
    except (AttributeError, KeyError, TypeError, ValueError):
        raise NotUnitedError(f"{path}: {DESCRIPTION} cannot be read. Ask for the release again.") from None
    if name != PACKAGE_NAME:
        raise NotUnitedError(
            f"{path} is no release of a home but `{name}`: open data lacks its small counts, so that it does not add "
            "up, and a national database is united already. Give the home or its release."
        )
    signature = read_signature(folder)
    if (folder / SIGNATURE).exists():
        problems = [*broken_signature(folder), *problems]
    if problems:
        more = f" ({len(problems) - _SHOWN} more)" if len(problems) > _SHOWN else ""
        raise NotUnitedError(f"{path} is damaged: {' '.join(problems[:_SHOWN])}{more} Ask for the release again.")
    territory, area_name = _territory_of(folder)
    fingerprint = str(signature["fingerprint"]) if signature else None
    return TerritoryRelease(folder, territory, area_name, description, checksum_of(folder / DESCRIPTION), fingerprint)


def _territory_of(release: Path) -> tuple[str, str]:
    with duckdb.connect() as connection:
        attach(connection, release / DATABASE, "release")
        ((code, name),) = connection.execute("select territory_code, territory_name from release.bi.release").fetchall()
    return code, name


def refuse_mixed(releases: Sequence[TerritoryRelease]) -> None:
    """Refuse releases of different versions or code, and two of one territory. Raises NotUnitedError."""
    for one, other in combinations(releases, 2):
        if one.territory == other.territory:
            raise NotUnitedError(
                f"{one.shown} is given twice, as release {one.description['id']} and {other.description['id']}: give "
                "one of them."
            )
    for release in releases:
        version = release.description["productVersion"]
        if version != product_version():
            raise NotUnitedError(
                f"The release of {release.shown} was made by version {version}, this is {product_version()}: figures "
                "of different versions are not added up. Upgrade that home and publish again, or unite with the "
                "version that made all releases."
            )
    first = releases[0]
    for release in releases[1:]:
        if release.description["inputs"]["codeHash"] != first.description["inputs"]["codeHash"]:
            raise NotUnitedError(
                f"The releases of {first.shown} and {release.shown} were made by different code of version "
                f"{product_version()} ({first.description['codeVersion']}, {release.description['codeVersion']}), or "
                "with other libraries: install the same in both homes and publish again."
            )


def attach_all(connection: duckdb.DuckDBPyConnection, releases: Sequence[TerritoryRelease]) -> dict[str, str]:
    """Attach every release read-only: {territory: name of the attached database}."""
    names = {}
    for number, release in enumerate(releases):
        names[release.territory] = f"release_{number}"
        attach(connection, release.folder / DATABASE, f"release_{number}")
    return names


def refuse_other_tables(
    connection: duckdb.DuckDBPyConnection, releases: Sequence[TerritoryRelease], attached: dict[str, str]
) -> None:
    """Refuse releases whose tables, columns, keys or rules differ. Raises NotUnitedError."""
    first, rest = releases[0], releases[1:]
    tables = _schema(connection, attached[first.territory])
    for release in rest:
        others = _schema(connection, attached[release.territory])
        for table in sorted(tables.keys() | others.keys()):
            if tables.get(table) != others.get(table):
                raise NotUnitedError(
                    f"The table {table} of {first.shown} has other columns than that of {release.shown}: publish both "
                    "with the same reference (indicators, needs, causes), then unite them."
                )
        for rules in load_rules().values():
            if rules.kind == "shared" and _differ(connection, rules.table, attached, first, release):
                raise NotUnitedError(
                    f"The rules of {first.shown} and {release.shown} differ: {rules.table} has other rows. Publish "
                    "both with the same reference, then unite them."
                )
    unknown = sorted(tables.keys() ^ load_rules().keys())
    if unknown:
        raise NotUnitedError(
            f"reference/national/nation_columns.csv and the releases do not have the same tables: {', '.join(unknown)}."
        )


def _schema(connection: duckdb.DuckDBPyConnection, database: str) -> dict[str, list[Any]]:
    rows = connection.execute(
        "select schema_name || '.' || table_name, list(row(column_name, data_type, is_nullable) order by column_index) "
        "from duckdb_columns() where database_name = ? and schema_name in (select unnest(?)) group by all",
        [database, list(PUBLIC_SCHEMAS)],
    ).fetchall()
    return dict(rows)


def _differ(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    attached: dict[str, str],
    first: TerritoryRelease,
    release: TerritoryRelease,
) -> bool:
    one, other = (f"{attached[each.territory]}.{table}" for each in (first, release))
    return bool(connection.execute(f"select count(*) from ({differing_rows(one, other)})").fetchall()[0][0])


def overlaps_of(connection: duckdb.DuckDBPyConnection, attached: dict[str, str]) -> list[Overlap]:
    """The pairs of territories that both count a commune in a survey year: a commune valid on its cut-off date."""
    held = " union all ".join(
        f"""
        select '{territory}' as territory, communes.commune_code, years.survey_year
        from {database}.marts.dim_commune as communes
        inner join {database}.bi.dim_year as years
            on years.is_in_release and communes.valid_from <= years.cutoff_date
            and (communes.valid_to is null or years.cutoff_date < communes.valid_to)
        """
        for territory, database in attached.items()
    )
    rows = connection.execute(
        f"""
        with held as ({held})
        select one.territory, other.territory, count(distinct commune_code), min(commune_code),
            list(distinct survey_year order by survey_year)
        from held as one inner join held as other using (commune_code, survey_year)
        where one.territory < other.territory group by all order by all
        """
    ).fetchall()
    return [
        Overlap(first, second, communes, example, tuple(held_in)) for first, second, communes, example, held_in in rows
    ]


def refuse_overlaps(releases: Sequence[TerritoryRelease], overlaps: Sequence[Overlap]) -> None:
    """Refuse to add up territories that hold the same communes. Raises NotUnitedError."""
    shown = {release.territory: release.shown for release in releases}
    sentences = [
        f"{shown[overlap.first]} and {shown[overlap.second]} hold the same communes in {years(overlap.survey_years)} "
        f"({overlap.communes}, such as {overlap.example}): their households would be counted twice."
        for overlap in overlaps
    ]
    if sentences:
        raise NotUnitedError(
            f"{' '.join(sentences)} Leave one of them out; or give --no-national-rows, which only puts the territories "
            "beside each other."
        )


def years(numbers: Sequence[int]) -> str:
    """Years as a sentence lists them: 2021 to 2024, 2026."""
    return ", ".join(
        f"{run[0]} to {run[-1]}" if len(run) > 2 else ", ".join(map(str, run)) for run in _runs(sorted(numbers))
    )


def _runs(numbers: Sequence[int]) -> Iterator[list[int]]:
    run: list[int] = []
    for number in numbers:
        if run and number != run[-1] + 1:
            yield run
            run = []
        run.append(number)
    if run:
        yield run


def described(release: TerritoryRelease) -> dict[str, Any]:
    """A release as the description of the national database names it."""
    kept = ("id", "created", "productVersion", "codeVersion", "maturity", "inputsState")
    database = next(item for item in release.description["resources"] if item["path"] == DATABASE)
    return {
        "areaCode": release.territory,
        "areaName": release.name,
        **{name: release.description[name] for name in kept},
        "descriptionHash": f"sha256:{release.description_hash}",
        "databaseHash": database["hash"],
        "registryHead": release.description["inputs"]["registryHead"],
        "signedWith": release.fingerprint,
        "sources": len(release.description["sources"]),
    }
