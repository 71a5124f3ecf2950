"""A build file for tests of the models: dbt on a home of its own, with tables put in by hand where wanted."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import duckdb
import pytest
from sqlparse.engine import FilterStack

from base.build_date import BUILD_DATE_VARIABLE
from base.home import Home
from base.reference_build import write_reference
from dagster_project.parsed_project import dbt_environment, ensure_manifest, parsed_arguments
from publication.release import public_tables
from tests.support.homes import target_of
from tests.support.processes import STATEMENTS_VARIABLE, around_dbt, become, forked

PROJECT = Path(__file__).resolve().parents[2] / "dbt"


def build_file(home: Home) -> Path:
    """The build file of a home."""
    return home.warehouse / "build.duckdb"


# What publication asks; a release of these alone takes a fraction of the time of a whole one.
_ASKED = (
    "bi.foreign_key",
    "bi.release",
    "quality.check_result",
    "quality.closed_year",
    "quality.correction",
    "quality.finding",
    "quality.source_file",
    "quality.waiver",
)


def leave_what_publication_asks(home: Home, *more: str) -> None:
    """Take the public tables out of the build file that are only copied into a release, but for `more`."""
    with duckdb.connect(str(build_file(home))) as build:
        for schema, table in public_tables(build, build_file(home).stem):
            if f"{schema}.{table}" not in (*_ASKED, *more):
                build.execute(f"drop table {schema}.{table}")
        build.execute("delete from bi.foreign_key")


@contextmanager
def no_search() -> Iterator[None]:
    """For `publish`: without the search for personal values, which is half of the time and tested elsewhere."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("publication.personal_values.known_values", lambda _: None)
        for name in ("search_tables", "search_files"):
            patched.setattr(f"publication.personal_values.{name}", lambda *_: [])
        yield


def no_reports(folder: Path, *_: object) -> None:
    """For `publish`: a release of tables alone."""
    (folder / "reports").mkdir(exist_ok=True)


def ensure_reference(home: Home) -> None:
    """The reference as a build reads it; a home that has it was made by the code and rows of now."""
    if not home.reference.exists():
        write_reference(home)


def dbt(home: Home, *arguments: str, build_date: date | None = None, statements: Path | None = None) -> None:
    """Run dbt on a home and insist that nothing fails; targets and logs are beside the home, in `target_of`.

    `build_date` is the day that the build is made for; what dbt sends to the database is written into `statements`.
    """
    ensure_manifest()
    ensure_reference(home)
    folders = ["--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT), "--target-path", str(target_of(home))]
    environment = {
        **dbt_environment(home),
        "DBT_LOG_PATH": str(target_of(home)),
        **({BUILD_DATE_VARIABLE: str(build_date)} if build_date else {}),
        **({STATEMENTS_VARIABLE: str(statements)} if statements else {}),
    }
    target_of(home).mkdir(exist_ok=True)
    said = target_of(home) / "said.txt"
    said.unlink(missing_ok=True)
    code = forked(_run_dbt, said, environment, [*parsed_arguments(), "--quiet", *arguments, *folders])
    assert code == 0, said.read_text(encoding="utf-8")[-6000:]


def _run_dbt(said: Path, environment: dict[str, str], arguments: list[str]) -> None:
    from dagster_project.run_dbt import main  # here: every test process imports this module, and few need dbt

    become(environment, said, said)
    FilterStack.enable_grouping = lambda _: None  # dbt looks for the first `with` of a unit test, outside of all groups
    os.chdir(PROJECT)
    with around_dbt():
        code = main(*arguments)
    sys.exit(code)
