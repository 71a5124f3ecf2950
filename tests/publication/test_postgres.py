"""A release in PostgreSQL, on a real server: complete, described, switched at once, and each login sees its areas."""

import threading
from collections.abc import Iterator

import duckdb
import psycopg
import pytest

from base.home import Home
from base.release_layout import DATABASE
from publication import postgres
from publication.postgres import NotExportedError, export_release
from publication.release import public_tables
from tests.support.postgres import postgres_server

pytestmark = pytest.mark.services
DISTRICT, COMMUNE = "836", "29158"


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with postgres_server() as url:
        yield url


@pytest.fixture(scope="module")
def exported(server: str, clean_home: Home) -> str:
    export_release(clean_home.current.resolve(), server)
    with psycopg.connect(server) as owner:
        for login, level, code in (
            ("an", "district", DISTRICT),
            ("binh", "commune", COMMUNE),
            ("chi", "province", "former-83"),
            ("nobody_yet", None, None),
        ):
            owner.execute(f"create role {login} login in role poverty_reader")
            if level:
                owner.execute("insert into poverty_access.reader values (%s, %s, %s)", [login, level, code])
    return server


def as_login(url: str, login: str) -> psycopg.Connection:
    return psycopg.connect(url.replace("owner@", f"{login}@"))


def rows(connection: psycopg.Connection, query: str) -> list[tuple[object, ...]]:
    return connection.execute(query).fetchall()  # type: ignore[arg-type]


def test_every_table_has_the_rows_and_the_words_of_the_release(exported: str, clean_home: Home) -> None:
    with (
        duckdb.connect(str(clean_home.current / DATABASE), read_only=True) as release,
        psycopg.connect(exported) as owner,
    ):
        for schema, table in public_tables(release, "poverty"):
            count = release.execute(f"select count(*) from {schema}.{table}").fetchall()
            assert rows(owner, f"select count(*) from {schema}.{table}") == count, table
        figures = (
            "select area_code, poor_rate, is_final from marts.area_year order by survey_year, boundary, area_level, 1"
        )
        assert rows(owner, figures) == release.execute(figures).fetchall()
        silent = rows(
            owner,
            "select c.relname, a.attname from pg_attribute a join pg_class c on c.oid = a.attrelid "
            "join pg_namespace n on n.oid = c.relnamespace where n.nspname in ('marts', 'bi', 'quality') "
            "and c.relkind = 'r' and a.attnum > 0 and coalesce(col_description(c.oid, a.attnum), '') = ''",
        )
        assert silent == []
        foreign = rows(owner, "select count(*) from pg_constraint where contype = 'f'")
        assert foreign == release.execute("select count(*) from bi.foreign_key").fetchall()
        schemas = rows(
            owner, "select nspname from pg_namespace where nspname like '%\\_\\_%' and nspname not like 'pg%'"
        )
        assert schemas == []


def test_a_district_officer_sees_that_district_and_a_commune_officer_that_commune(exported: str) -> None:
    with as_login(exported, "an") as district, as_login(exported, "binh") as commune:
        areas = rows(
            district, "select distinct area_level, area_code from marts.area_year where boundary = 'as_reviewed'"
        )
        assert ("district", DISTRICT) in areas
        assert {level for level, _ in areas} == {"district", "commune"}
        mine = "select distinct area_level, boundary, area_code from marts.area_year where boundary = 'harmonised'"
        assert rows(commune, mine) == [("commune", "harmonised", COMMUNE)]
        for connection in (district, commune):
            for table in ("bi.figures", "bi.household_years", "marts.fct_household_year", "marts.dim_household",
                          "marts.poverty_spell", "quality.source_file", "marts.transition_matrix"):  # fmt: skip
                seen = rows(connection, f"select count(*) from {table}")[0][0]
                with psycopg.connect(exported) as owner:
                    there = rows(owner, f"select count(*) from {table}")[0][0]
                assert 0 < int(str(seen)) < int(str(there)), table
            assert rows(connection, "select count(*) from quality.identity_change") == [(0,)]
        codes = rows(commune, "select distinct harmonised_commune_code from marts.fct_household_year")
        assert codes == [(COMMUNE,)]
        assert rows(district, "select count(*) from bi.dim_indicator") == [(13,)]


def test_the_province_sees_all_and_a_login_without_an_area_no_area(exported: str) -> None:
    with (
        as_login(exported, "chi") as province,
        as_login(exported, "nobody_yet") as other,
        psycopg.connect(exported) as owner,
    ):
        for table in ("marts.area_year", "bi.household_years", "quality.finding", "quality.identity_change"):
            assert rows(province, f"select count(*) from {table}") == rows(owner, f"select count(*) from {table}")
            assert rows(other, f"select count(*) from {table}") == [(0,)]


def test_a_reader_cannot_give_itself_another_area(exported: str) -> None:
    for statement in (
        "insert into poverty_access.reader values ('binh', 'province', 'former-83')",
        "select * from poverty_areas.household",
        "delete from marts.area_year",
    ):
        with as_login(exported, "binh") as commune, pytest.raises(psycopg.errors.InsufficientPrivilege):
            commune.execute(statement)  # type: ignore[arg-type]


def test_every_table_with_an_area_or_a_household_is_protected(exported: str) -> None:
    with psycopg.connect(exported) as owner:
        open_tables = rows(
            owner,
            "select distinct n.nspname || '.' || c.relname from pg_class c "
            "join pg_namespace n on n.oid = c.relnamespace "
            "join pg_attribute a on a.attrelid = c.oid where n.nspname in ('marts', 'bi', 'quality') "
            "and c.relkind = 'r' and not c.relrowsecurity and a.attname in "
            "('area_code', 'area_key', 'commune_code', 'commune_key', 'household_id', 'old_id') order by 1",
        )
    # Names of communes and their districts are facts that everybody knows.
    assert open_tables == [("marts.dim_commune",)]


def test_readers_never_see_half_while_releases_come(exported: str, clean_home: Home) -> None:
    errors: list[str] = []
    done = threading.Event()

    def read() -> None:
        try:
            with as_login(exported, "chi") as reader:
                reader.autocommit = True
                while not done.is_set():
                    seen = rows(
                        reader,
                        "select (select count(*) from bi.province_years), (select count(*) from bi.release), "
                        "(select count(*) from marts.dim_household)",
                    )
                    if seen != [(10, 1, 490)]:
                        errors.append(str(seen))
        except psycopg.Error as error:
            errors.append(str(error))

    readers = [threading.Thread(target=read) for _ in range(4)]
    for thread in readers:
        thread.start()
    try:
        for _ in range(2):
            export_release(clean_home.current.resolve(), exported)
    finally:
        done.set()
        for thread in readers:
            thread.join()
    assert errors == []


def test_an_interrupted_load_leaves_the_old_release(
    exported: str, clean_home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    with psycopg.connect(exported) as owner:
        before = rows(owner, "select release_id from bi.release")

    def interrupted(*_: object) -> None:
        raise psycopg.OperationalError("the connection is lost\nDETAIL: a row")

    monkeypatch.setattr(postgres, "_write_areas", interrupted)
    with pytest.raises(NotExportedError, match="the connection is lost. The release that was there stays"):
        export_release(clean_home.current.resolve(), exported)
    with psycopg.connect(exported) as owner:
        assert rows(owner, "select release_id from bi.release") == before
        assert rows(owner, "select nspname from pg_namespace where nspname like '%\\_\\_new'") == []
