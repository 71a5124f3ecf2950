"""A home made by version 0.1.0 opens without loss: the same ids and figures, decisions kept, raw/ made again."""

import json
import shlex
import tarfile

import duckdb
import pytest

from base.home import Home
from base.product import product_version
from base.release_layout import DATABASE, attach, read_datapackage
from tests.support.documents import shell_blocks
from tests.support.homes import REPOSITORY, poverty
from tests.support.publish_tables import publish_tables

pytestmark = pytest.mark.build

_ARCHIVE = REPOSITORY / "tests" / "data" / "home-0.1.0.tar.xz"
_RELEASE = "20261127T105118970266Z"
_NUMBERS = ("BIGINT", "INTEGER", "DOUBLE", "DECIMAL", "HUGEINT", "BOOLEAN")


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The old home after the steps of docs/upgrading.md; what `poverty status` said first is in `status.txt`."""
    root = tmp_path_factory.mktemp("old-home")
    with tarfile.open(_ARCHIVE) as archive:
        archive.extractall(root, filter="data")
    home = Home(root)
    (*_, steps) = shell_blocks("docs/upgrading.md")
    for program, *arguments in map(shlex.split, steps):
        assert program == "poverty"
        if arguments == ["run"]:  # without dbt and its checks, which cost a minute
            publish_tables(home)
            continue
        said = poverty(home, *arguments).stdout
        if arguments == ["status"]:
            (root / "status.txt").write_text(said, encoding="utf-8")
    return home


@pytest.fixture(scope="module")
def both(opened: Home) -> duckdb.DuckDBPyConnection:
    """The old release as `old`, the new one as `new`."""
    connection = duckdb.connect()
    attach(connection, opened.published / "releases" / _RELEASE / DATABASE, "old")
    attach(connection, opened.current / DATABASE, "new")
    return connection


def test_the_lost_raw_cells_are_reported_and_made_again(opened: Home) -> None:
    sentence = "raw/ has lost the cells of 5 accepted files: `poverty run` reads them from the archive."
    assert sentence in (opened.root / "status.txt").read_text(encoding="utf-8")
    assert "5 files in landing, 0 not read yet." in (opened.root / "status.txt").read_text(encoding="utf-8")
    assert sentence not in poverty(opened, "status").stdout


def test_every_household_keeps_its_id(both: duckdb.DuckDBPyConnection) -> None:
    ids = "select source_file_id, source_row, household_id from {}.marts.fct_household_year"
    old, new = (set(both.execute(ids.format(name)).fetchall()) for name in ("old", "new"))
    assert old
    assert old == new


def test_every_figure_of_the_old_release_is_in_the_new_one(both: duckdb.DuckDBPyConnection) -> None:
    tables = [
        name
        for (name,) in both.execute(
            "select distinct table_name from duckdb_columns() where database_name = 'old' "
            "and schema_name = 'marts' and column_name = 'area_code' order by 1"
        ).fetchall()
    ]
    assert {"area_year", "poverty_measure", "poverty_movement"} <= set(tables)
    for table in tables:
        ((key,),) = both.execute(
            "select constraint_column_names from duckdb_constraints() where database_name = 'old' "
            f"and table_name = '{table}' and constraint_type = 'PRIMARY KEY'"
        ).fetchall()
        types = dict(row[:2] for row in both.execute(f"describe old.marts.{table}").fetchall())
        columns = ", ".join(name for name, kind in types.items() if name in key or kind.startswith(_NUMBERS))
        missing = both.execute(
            f"select {columns} from old.marts.{table} except select {columns} from new.marts.{table}"
        ).fetchall()
        assert missing == [], table


def test_the_difference_shows_no_changed_figure(opened: Home) -> None:
    difference = json.loads(poverty(opened, "diff", _RELEASE, "current", "--json").stdout)
    assert [figure for figure in difference["figures"] if figure["old"] is not None] == []
    assert difference["files"] == []


def test_decisions_and_registry_hold(opened: Home, both: duckdb.DuckDBPyConnection) -> None:
    waivers = "select waiver_id, check_code, commune_code, expires_on, status, findings_waived from {}.quality.waiver"
    old, new = (both.execute(waivers.format(name)).fetchall() for name in ("old", "new"))
    assert [row[-2:] for row in old] == [("in_force", 0)]
    assert new == old
    with tarfile.open(_ARCHIVE) as archive:
        for name in ("waivers.csv", "links.csv", "corrections.csv"):
            file = archive.extractfile(f"./decisions/{name}")
            assert file is not None
            assert (opened.decisions / name).read_bytes() == file.read()


def test_each_release_says_which_version_made_it(opened: Home) -> None:
    old = read_datapackage(opened.published / "releases" / _RELEASE)
    new = read_datapackage(opened.current)
    assert old is not None
    assert new is not None
    assert old["codeVersion"].startswith("0.1.0")
    assert new["productVersion"] == product_version()
    assert f"made by version {new['codeVersion']}" in poverty(opened, "status").stdout
    assert poverty(opened, "--version").stdout.strip() == f"poverty {product_version()}"


def test_a_second_run_reads_nothing(opened: Home) -> None:
    assert "Nothing new since the last release; no workbook was read." in poverty(opened, "run").stdout
