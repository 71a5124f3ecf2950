"""A release: what BI tools read. Built aside, checked, swapped in atomically, never changed afterwards."""

import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from base.clock import now_after, stamp_time
from base.home import Home, published_rights
from base.leftovers import sweep_publication
from base.machine import whole_number
from base.product import product_version
from base.release_layout import (
    DATA_DOCS,
    DATABASE,
    PUBLIC_SCHEMAS,
    REPORTS,
    SERVING_SCHEMA,
    attach,
    attach_new,
    parquet_file,
    releases,
    releases_folder,
)
from base.signature import sign_release
from base.sql import sql_text
from base.whole_file import to_disk
from expectations.results import CheckResult
from ingestion.closures import closed_years, held_files
from ingestion.published_heads import open_registry
from publication import personal_values
from publication.approved_figures import differences
from publication.check_results import blocks_publication, write_table
from publication.datapackage import MATURITY_VI, maturity_of_release, write_datapackage
from publication.finding_ledger import fill_times, ledger_release, sync_from_current_release
from publication.inputs import Inputs

KEPT_RELEASES = 10
KEEP_RELEASES_VARIABLE = "POVERTY_KEEP_RELEASES"
# Writes the reports of a release being made: its folder, its id, its maturity, the folder of the release before it.
ReportWriter = Callable[[Path, str, str, Path | None], None]


class NotPublishedError(RuntimeError):
    """The release was not published; the last good one stays in place. The message says why and what to do."""


@dataclass(frozen=True)
class ForeignKey:
    """A column that refers to the key column `to` of the table `references` (`schema.table`)."""

    column: str
    references: str
    to: str


@dataclass(frozen=True)
class Release:
    """A published release."""

    release_id: str
    folder: Path
    maturity: str


def publish(
    home: Home,
    run_id: str,
    results: list[CheckResult],
    inputs: Inputs,
    write_reports: ReportWriter,
    *,
    now: datetime | None = None,
) -> Release:
    """Publish what the build file holds, with the reports that `write_reports` makes of it.

    Raises NotPublishedError when an error-severity check of the warehouse itself failed, a closed year would have other
    figures than the approved ones, or the release does not equal the build; then nothing of `published/current` has
    changed. `inputs` is what the release was built from, kept in its description so that a run with nothing new can
    tell, and `audit` can check and compare.
    """
    failed = [result for result in results if blocks_publication(result)]
    if failed:
        named = "; ".join(
            f"{result.engine} {result.check_id} on {result.dataset}: {result.observed}" for result in failed[:5]
        )
        raise NotPublishedError(
            f"Not published: {len(failed)} error-severity checks of the warehouse failed ({named}). "
            "The last release stays in place. The checks and who acts are in docs/checks.md."
        )
    refuse_other_closed_figures(home)
    # It passes, or there is no release: what is written is searched last.
    results = [*results, personal_values.passed()]
    last = max((release.name for release in releases(home)), default="")
    now = now_after(stamp_time(max(last, ledger_release(home))), now)
    release_id = now.strftime("%Y%m%dT%H%M%S%fZ")
    parent = releases_folder(home)
    parent.mkdir(parents=True, exist_ok=True)
    parent.chmod(published_rights()[0])
    sweep_publication(home)
    sync_from_current_release(home)
    aside = parent / f".building-{release_id}"
    aside.mkdir()
    # Keys are written and pages made by one core; the other collects what must not be published, then searches for it.
    with ThreadPoolExecutor(1) as other_core:
        known_values = other_core.submit(personal_values.known_values, home)
        try:
            write_database(home.build_file, aside / DATABASE, run_id, results)
            at = now.astimezone(UTC).replace(tzinfo=None)
            fill_times(aside / DATABASE, home.finding_ledger, at)
            maturity, _ = maturity_of_release(aside / DATABASE)
            fill_release(aside / DATABASE, release_id, maturity, inputs.state, at)
            # What is open in this process is opened again in no time, and its readers open it a dozen times.
            with duckdb.connect(str(aside / DATABASE), read_only=True):
                found_in_tables = other_core.submit(
                    lambda: personal_values.search_tables(known_values.result(), aside / DATABASE, PUBLIC_SCHEMAS)
                )
                write_parquet(aside)
                previous = home.current.resolve() if home.current.exists() else None
                if home.data_docs.exists():
                    shutil.copytree(home.data_docs, aside / REPORTS / DATA_DOCS)
                write_datapackage(aside, release_id, inputs, now)  # the audit report compares descriptions
                write_reports(aside, release_id, maturity, previous)
                write_datapackage(aside, release_id, inputs, now)
                sign_release(home, aside)
                check_copy(home.build_file, aside / DATABASE)
                _refuse_personal_values(
                    found_in_tables.result() + personal_values.search_files(known_values.result(), aside)
                )
            make_readable(aside)
        except Exception:
            shutil.rmtree(aside, ignore_errors=True)
            raise
    folder = parent / release_id
    aside.replace(folder)
    switch_current(home.current, folder)
    sync_from_current_release(home)
    for old in releases(home)[: -kept_releases()]:
        if old != folder:
            shutil.rmtree(old)
    return Release(release_id, folder, maturity)


def kept_releases() -> int:
    """How many releases are kept, the newest ones: POVERTY_KEEP_RELEASES. Raises MachineError."""
    return whole_number(KEEP_RELEASES_VARIABLE, KEPT_RELEASES)


def refuse_other_closed_figures(home: Home) -> None:
    """A closed year is published with its approved figures, or not at all. Raises NotPublishedError."""
    registry = open_registry(home)
    closed = closed_years(registry)
    with duckdb.connect(str(home.build_file), read_only=True) as connection:
        closed_in_build = connection.execute("select survey_year from quality.closed_year where is_closed").fetchall()
        held_in_build = connection.execute("select sha256 from quality.source_file where status = 'held'").fetchall()
    if {row[0] for row in closed_in_build} != {*closed} or {row[0] for row in held_in_build} != held_files(registry):
        raise NotPublishedError(
            "Not published: a year was closed or reopened since the build. Run `poverty run`, which builds again. The "
            "last release stays in place."
        )
    for year, closure in closed.items():
        others = differences(home, closure, home.build_file)
        if others:
            raise NotPublishedError(
                f"Not published: {year} is closed ({closure.decision}), and its figures would change: "
                f"{'; '.join(others)}. Take back what changes them (a line of decisions/, a rule, a version), or "
                f"`poverty reopen {year}`. The last release stays in place."
            )


def _refuse_personal_values(places: list[str]) -> None:
    if places:
        raise NotPublishedError(
            f"Not published: a personal value of the workbooks is in {', '.join(places[:10])}. The last release "
            "stays. In quality.waiver or quality.correction somebody wrote it into a reason: change that line of the "
            "file in decisions/. Anywhere else the data team finds out how it got there (check "
            "personal_value_published, docs/privacy.md)."
        )


def make_readable(folder: Path) -> None:
    """Let its readers read what is below a folder and nobody change a file of it: a release never changes. All of it
    is on the disk afterwards.

    Readers are the group, or everybody with POVERTY_OPEN_RELEASES=1. Everything else under `$POVERTY_HOME` is its
    owner's only. Folders stay writable to the owner, so that an old release can be removed as a whole.
    """
    folder_rights, file_rights = published_rights()
    for path in (folder, *folder.rglob("*")):
        path.chmod(folder_rights if path.is_dir() else file_rights)
        to_disk(path)


def switch_current(link: Path, folder: Path) -> None:
    """Make `published/current` mean a release; a reader sees the old one or the new one, never neither."""
    fresh = link.with_name(f".{link.name}-{folder.name}")
    fresh.symlink_to(Path("releases") / folder.name)
    fresh.replace(link)
    to_disk(link.parent)


def public_tables(connection: duckdb.DuckDBPyConnection, database: str) -> list[tuple[str, str]]:
    """(schema, table) of every public table of an attached database, in a stable order."""
    return connection.execute(
        "select schema_name, table_name from duckdb_tables() "
        "where database_name = ? and schema_name in (select unnest(?)) order by all",
        [database, list(PUBLIC_SCHEMAS)],
    ).fetchall()


def foreign_keys(connection: duckdb.DuckDBPyConnection, database: str) -> dict[str, list[ForeignKey]]:
    """The foreign keys of an attached database by table, as its `bi.foreign_key` lists them; none in older releases."""
    if (SERVING_SCHEMA, "foreign_key") not in public_tables(connection, database):
        return {}
    keys: dict[str, list[ForeignKey]] = {}
    for table, *rest in connection.execute(
        "select table_name, column_name, references_table, references_column "
        f"from {database}.{SERVING_SCHEMA}.foreign_key order by all"
    ).fetchall():
        keys.setdefault(f"{SERVING_SCHEMA}.{table}", []).append(
            ForeignKey(rest[0], f"{SERVING_SCHEMA}.{rest[1]}", rest[2])
        )
    return keys


def in_order_of_keys(tables: list[tuple[str, str]], keys: dict[str, list[ForeignKey]]) -> list[tuple[str, str]]:
    """The tables, each after those that it refers to."""
    ordered: list[tuple[str, str]] = []
    left = list(tables)
    while left:
        waiting = {f"{schema}.{table}" for schema, table in left}
        ready = [
            (schema, table)
            for schema, table in left
            if not {key.references for key in keys.get(f"{schema}.{table}", [])} & waiting - {f"{schema}.{table}"}
        ]
        if not ready:
            raise ValueError(f"Foreign keys run in a circle: {', '.join(sorted(waiting))}.")
        ordered += ready
        left = [table for table in left if table not in ready]
    return ordered


def fill_release(database: Path, release_id: str, maturity: str, inputs_state: str, made_at: datetime) -> None:
    """Fill in the row of `bi.release`: which release this is, which no build knows.

    `made_at` is UTC without zone.
    """
    with duckdb.connect(str(database)) as connection:
        connection.execute(
            f"update {SERVING_SCHEMA}.release set release_id = ?, product_version = ?, made_at = ?, inputs_state = ?, "
            "maturity = ?, maturity_vi = ?",
            [release_id, product_version(), made_at, inputs_state, maturity, MATURITY_VI[maturity]],
        )


def write_database(build_file: Path, target: Path, run_id: str, results: list[CheckResult]) -> None:
    """Copy the public tables with their keys, constraints and descriptions into a new DuckDB file."""
    with duckdb.connect() as connection:
        attach(connection, build_file, "build")
        attach_new(connection, target, "release")
        connection.execute("use release")
        connection.execute("begin")  # a thousand comments, each on the disk for itself, took longer than the rows
        for schema in PUBLIC_SCHEMAS:
            connection.execute(f"create schema {schema}")
        keys = foreign_keys(connection, "build")
        definitions = {
            (schema, table): rest
            for schema, table, *rest in connection.execute(
                "select schema_name, table_name, sql, comment from duckdb_tables() where database_name = 'build'"
            ).fetchall()
        }
        columns = connection.execute(
            "select schema_name, table_name, list(row(column_name, comment)) from duckdb_columns() "
            "where database_name = 'build' and comment is not null group by all"
        ).fetchall()
        described = {(schema, table): texts for schema, table, texts in columns}
        for schema, table in in_order_of_keys(public_tables(connection, "build"), keys):
            definition, comment = definitions[schema, table]
            name = f"{schema}.{table}"
            connection.execute(_with_foreign_keys(definition, name, keys.get(name, [])))
            connection.execute(f"insert into {name} select * from build.{name}")
            comments = [f"comment on table {name} is {sql_text(comment)};"] if comment else []
            comments += [
                f'comment on column {name}."{column}" is {sql_text(text)};'
                for column, text in described.get((schema, table), [])
            ]
            connection.execute("".join(comments))
        write_table(connection, run_id, results)
        connection.execute("commit")
        connection.execute("checkpoint release")
        connection.execute("use memory")
        connection.execute("detach release")


def _with_foreign_keys(definition: str, table: str, keys: list[ForeignKey]) -> str:
    """The statement that creates a table, with its foreign keys: dbt could not replace a table that others refer to.

    A table that refers to itself is left without that key, because DuckDB checks it row by row while it is filled.
    """
    clauses = [
        f", foreign key ({key.column}) references {key.references} ({key.to})"
        for key in keys
        if key.references != table
    ]
    return f"{definition.rstrip().removesuffix(';').removesuffix(')')}{''.join(clauses)})"


def write_parquet(release: Path) -> None:
    """The tables of a release's database as `parquet/<schema>/<table>.parquet`, rows in the order of the database."""
    database = release / DATABASE
    with duckdb.connect(str(database), read_only=True) as connection:
        for schema, table in public_tables(connection, database.stem):
            target = release / parquet_file(f"{schema}.{table}")
            target.parent.mkdir(parents=True, exist_ok=True)
            connection.execute(f"copy {schema}.{table} to {sql_text(target)} (format parquet, compression zstd)")


def check_copy(build_file: Path, database: Path) -> None:
    """The release must hold the build's rows, no more and no fewer. Raises NotPublishedError."""
    with duckdb.connect() as connection:
        attach(connection, build_file, "build")
        attach(connection, database, "release")
        for schema, table in public_tables(connection, "build"):
            built, released = (
                connection.execute(f"select count(*) from {name}.{schema}.{table}").fetchall()[0][0]
                for name in ("build", "release")
            )
            if built != released:
                raise NotPublishedError(
                    f"Not published: {schema}.{table} has {built} rows in the build and {released} in the release. "
                    "The last release stays in place; run again, and report it if it happens twice."
                )
