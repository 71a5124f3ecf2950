"""A release in PostgreSQL: the public tables with keys, comments, indexes and rights by area, switched at once.

Everything from creating the schemas beside the old ones to renaming them is one transaction: a reader sees the old
release or the new one, and an interrupted load leaves nothing. Who may see which area is in `poverty_access.reader`,
which stays from release to release.
"""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import psycopg
from psycopg import sql

from base.reference import cutoff_dates_sql
from base.release_layout import DATABASE, PUBLIC_SCHEMAS
from publication.release import ForeignKey, foreign_keys, in_order_of_keys, public_tables

READERS = "poverty_reader"
ACCESS = "poverty_access"
# What every load makes: the public schemas, and which areas and households its rows belong to.
AREAS = "poverty_areas"
_SCHEMAS = (*PUBLIC_SCHEMAS, AREAS)
_TYPES = {"VARCHAR": "text", "DOUBLE": "double precision", "FLOAT": "real", "TIMESTAMP": "timestamp"}
# Rows about single households or rows of files, with no area of their own.
_PROVINCE_ONLY = ("quality.identity_change", "quality.link_decision", "quality.link_review")
_ROWS_AT_ONCE = 10_000
_LOCK = 7_204_211  # one load at a time


class NotExportedError(RuntimeError):
    """The release is not in PostgreSQL; the one that was there stays. The message says why and what to do."""


def export_release(release: Path, url: str) -> int:
    """Load a release into a PostgreSQL database and make it the one that readers see; returns its number of tables.

    Raises NotExportedError.
    """
    try:
        with duckdb.connect(str(release / DATABASE), read_only=True) as source, psycopg.connect(url) as target:
            if target.info.server_version < 150000:
                raise NotExportedError("Not exported: PostgreSQL 15 or newer is needed. Upgrade the server.")
            with target.transaction():
                tables = _load(source, target)
            _drop_old(target)
            return tables
    except psycopg.Error as error:
        # The first line only: a detail may repeat a row.
        said = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise NotExportedError(
            f"Not exported: PostgreSQL says: {said}. The release that was there stays; fix this and export again."
        ) from None


def _load(source: duckdb.DuckDBPyConnection, target: psycopg.Connection) -> int:
    target.execute("select pg_advisory_xact_lock(%s)", [_LOCK])
    _prepare_access(target)
    for schema in _SCHEMAS:
        for left in ("__new", "__old"):
            target.execute(sql.SQL("drop schema if exists {} cascade").format(sql.Identifier(schema + left)))
        target.execute(sql.SQL("create schema {}").format(sql.Identifier(schema + "__new")))
    keys = foreign_keys(source, Path(DATABASE).stem)
    tables = in_order_of_keys(public_tables(source, Path(DATABASE).stem), keys)
    for schema, table in tables:
        _create(source, target, schema, table)
        _copy(source, target, f"{schema}__new", table, f"select * from {schema}.{table}")
    _write_areas(source, target)
    for schema, table in tables:
        _add_foreign_keys(target, schema, table, keys.get(f"{schema}.{table}", []))
        _protect(source, target, schema, table)
    there = {name for (name,) in target.execute("select nspname from pg_namespace").fetchall()}
    for schema in _SCHEMAS:
        if schema in there:
            _rename(target, schema, schema + "__old")
        _rename(target, schema + "__new", schema)
    return len(tables)


def _rename(target: psycopg.Connection, schema: str, name: str) -> None:
    target.execute(sql.SQL("alter schema {} rename to {}").format(sql.Identifier(schema), sql.Identifier(name)))


def _drop_old(target: psycopg.Connection) -> None:
    """Remove the release before, unless a reader still holds a table of it: then the next load removes it."""
    try:
        with target.transaction():
            target.execute("set local lock_timeout = '5s'")
            for schema in _SCHEMAS:
                target.execute(sql.SQL("drop schema if exists {} cascade").format(sql.Identifier(schema + "__old")))
    except (psycopg.errors.LockNotAvailable, psycopg.errors.DeadlockDetected):
        pass


def _prepare_access(target: psycopg.Connection) -> None:
    if not target.execute("select 1 from pg_roles where rolname = %s", [READERS]).fetchall():
        target.execute(sql.SQL("create role {} nologin").format(sql.Identifier(READERS)))
    target.execute(
        f"""
        create schema if not exists {ACCESS};
        create table if not exists {ACCESS}.reader (
            login text not null,
            area_level text not null check (area_level in ('province', 'district', 'commune')),
            area_code text not null,
            primary key (login, area_level, area_code)
        );
        comment on table {ACCESS}.reader is 'Who may see which area: the province sees all, a district or commune of '
            'the harmonised date sees its own rows. The operator fills it; loads leave it alone.';
        """
    )


def _columns(source: duckdb.DuckDBPyConnection, schema: str, table: str) -> list[tuple[str, str, bool, str | None]]:
    return source.execute(
        "select column_name, data_type, is_nullable, comment from duckdb_columns() "
        "where schema_name = ? and table_name = ? order by column_index",
        [schema, table],
    ).fetchall()


def _create(source: duckdb.DuckDBPyConnection, target: psycopg.Connection, schema: str, table: str) -> None:
    columns = _columns(source, schema, table)
    name = sql.Identifier(schema + "__new", table)
    parts = [
        sql.SQL("{} {}{}").format(
            sql.Identifier(column), sql.SQL(_type_of(kind)), sql.SQL("" if is_nullable else " not null")
        )
        for column, kind, is_nullable, _ in columns
    ]
    key = source.execute(
        "select constraint_column_names from duckdb_constraints() "
        "where schema_name = ? and table_name = ? and constraint_type = 'PRIMARY KEY'",
        [schema, table],
    ).fetchall()
    if key:
        parts.append(sql.SQL("primary key ({})").format(sql.SQL(", ").join(map(sql.Identifier, key[0][0]))))
    target.execute(sql.SQL("create table {} ({})").format(name, sql.SQL(", ").join(parts)))
    (about,) = source.execute(
        "select comment from duckdb_tables() where schema_name = ? and table_name = ?", [schema, table]
    ).fetchall()[0]
    target.execute(sql.SQL("comment on table {} is {}").format(name, sql.Literal(about or "")))
    for column, _, _, comment in columns:
        place = sql.Identifier(schema + "__new", table, column)
        target.execute(sql.SQL("comment on column {} is {}").format(place, sql.Literal(comment or "")))


def _type_of(kind: str) -> str:
    return kind.replace("DECIMAL", "numeric").lower() if kind.startswith("DECIMAL") else _TYPES.get(kind, kind.lower())


def _copy(source: duckdb.DuckDBPyConnection, target: psycopg.Connection, schema: str, table: str, query: str) -> None:
    statement = sql.SQL("copy {} from stdin").format(sql.Identifier(schema, table))
    with target.cursor() as cursor, cursor.copy(statement) as copy:
        for row in _rows(source, query):
            copy.write_row(row)


def _rows(source: duckdb.DuckDBPyConnection, query: str) -> Iterator[tuple[object, ...]]:
    result = source.execute(query)
    while rows := result.fetchmany(_ROWS_AT_ONCE):
        yield from rows


def _add_foreign_keys(target: psycopg.Connection, schema: str, table: str, keys: list[ForeignKey]) -> None:
    for key in keys:
        referred_schema, referred = key.references.split(".")
        target.execute(
            sql.SQL("alter table {} add foreign key ({}) references {} ({})").format(
                sql.Identifier(schema + "__new", table),
                sql.Identifier(key.column),
                sql.Identifier(referred_schema + "__new", referred),
                sql.Identifier(key.to),
            )
        )
        target.execute(
            sql.SQL("create index on {} ({})").format(
                sql.Identifier(schema + "__new", table), sql.Identifier(key.column)
            )
        )


def _write_areas(source: duckdb.DuckDBPyConnection, target: psycopg.Connection) -> None:
    """Which district and commune of the harmonised date each area of a year lies in, and where each household was last.

    A commune code means one commune in any one year only, so rights are about areas of years and never about codes.
    """
    target.execute(
        f"""
        create table {AREAS}__new.area (
            survey_year integer, area_level text, boundary text, area_code text, area_key text,
            district_code text, commune_code text
        );
        create table {AREAS}__new.household (household_id text primary key, survey_year integer, commune_code text);
        """
    )
    areas = f"""
        with units as (
            select cutoffs.survey_year, communes.*
            from marts.dim_commune as communes
            inner join {cutoff_dates_sql()}
                on cutoffs.cutoff_date >= communes.valid_from
                and coalesce(cutoffs.cutoff_date < communes.valid_to, true)
        ),
        later as (
            -- A commune of today is of a district when all of it was.
            select harmonised_commune_code, case when count(distinct district_code) = 1 then max(district_code) end
                as district_code
            from marts.dim_commune where district_code is not null group by 1
        ),
        areas as (
            select distinct figures.survey_year, areas.area_level, areas.boundary, areas.area_code, areas.area_key
            from bi.area_figures as figures inner join bi.dim_area as areas using (area_key)
            union
            select years.survey_year, areas.area_level, areas.boundary, areas.area_code, areas.area_key
            from bi.dim_area as areas inner join bi.dim_year as years
                on years.survey_year between areas.first_survey_year and areas.last_survey_year
        )
        select areas.*,
            case areas.area_level
                when 'district' then areas.area_code
                when 'commune' then case areas.boundary
                    when 'harmonised' then later.district_code
                    else coalesce(units.district_code, own.district_code)
                end
            end,
            case when areas.area_level = 'commune' then
                case areas.boundary when 'harmonised' then areas.area_code else units.harmonised_commune_code end
            end
        from areas
        left join units
            on areas.area_level = 'commune' and areas.boundary = 'as_reviewed'
            and areas.survey_year = units.survey_year and areas.area_code = units.commune_code
        left join later on areas.area_code = later.harmonised_commune_code
        left join later as own on units.harmonised_commune_code = own.harmonised_commune_code
    """
    _copy(source, target, AREAS + "__new", "area", areas)
    last = """
        select household_id, max(survey_year), max_by(commune_code, survey_year)
        from marts.fct_household_year group by household_id
    """
    _copy(source, target, AREAS + "__new", "household", last)
    schema = AREAS + "__new"
    # With a body that is bound when it is made, the functions stay right when the schema is renamed.
    target.execute(
        f"""
        create function {schema}.sees_all() returns boolean language sql stable security definer begin atomic
            select exists (
                select 1 from {ACCESS}.reader where login = session_user and area_level = 'province'
            );
        end;
        create function {schema}.visible() returns setof {schema}.area language sql stable security definer begin atomic
            select area.* from {schema}.area as area
            where exists (
                select 1 from {ACCESS}.reader as reader
                where reader.login = session_user and (
                    (reader.area_level = 'district' and reader.area_code = area.district_code)
                    or (reader.area_level = 'commune' and reader.area_code = area.commune_code)
                )
            );
        end;
        create function {schema}.visible_households() returns setof text language sql stable security definer
        begin atomic
            select household.household_id from {schema}.household as household
            inner join {schema}.visible() as area
                on household.survey_year = area.survey_year and household.commune_code = area.area_code
                and area.area_level = 'commune' and area.boundary = 'as_reviewed';
        end;
        grant usage on schema {schema} to {READERS};
        """
    )


def condition_of(schema: str, table: str, columns: set[str]) -> str | None:
    """Which rows of a table a reader of a district or commune sees, as SQL; None where there is no area or household.

    `{areas}` in it is the schema of the functions.
    """
    visible = "from {areas}.visible()"
    year = next((name for name in ("survey_year", "to_year") if name in columns), None)
    if f"{schema}.{table}" in _PROVINCE_ONLY:
        return "false"
    for key in ("area_key", "commune_key"):
        if key in columns:
            return f"{key} in (select area_key {visible})"
    if "area_code" in columns:
        wanted = [name for name in (year, "area_level", "boundary", "area_code") if name in columns]
        known = ["survey_year" if name == year else name for name in wanted]
        # Tables without a boundary are on the harmonised one, and stated totals on that of the review.
        fixed = "" if "boundary" in columns else " where boundary = 'harmonised'"
        if table == "reconciliation":
            fixed = " where boundary = 'as_reviewed'"
        return f"({', '.join(wanted)}) in (select {', '.join(known)} {visible}{fixed})"
    if "commune_code" in columns and year and "from_year" not in columns:
        return (
            f"({year}, commune_code) in (select survey_year, area_code {visible} "
            "where area_level = 'commune' and boundary = 'as_reviewed')"
        )
    if "household_id" in columns:
        return "household_id in (select {areas}.visible_households())"
    return None


def _protect(source: duckdb.DuckDBPyConnection, target: psycopg.Connection, schema: str, table: str) -> None:
    name = sql.Identifier(schema + "__new", table)
    readers = sql.Identifier(READERS)
    target.execute(sql.SQL("grant usage on schema {} to {}").format(sql.Identifier(schema + "__new"), readers))
    target.execute(sql.SQL("grant select on {} to {}").format(name, readers))
    condition = condition_of(schema, table, {column for column, *_ in _columns(source, schema, table)})
    if condition is None:
        return
    rule = condition.replace("{areas}", AREAS + "__new")
    target.execute(sql.SQL("alter table {} enable row level security").format(name))
    target.execute(
        sql.SQL("create policy by_area on {} for select to {} using ((select {}.sees_all()) or {})").format(
            name,
            readers,
            sql.Identifier(AREAS + "__new"),
            sql.SQL(rule),  # type: ignore[arg-type]
        )
    )
