"""Publishing the build file: the one way, for Dagster and for tests."""

import duckdb

from base.build_date import today
from base.home import Home
from base.release_layout import read_datapackage
from base.sql import sql_file
from base.text import some
from expectations.suites import load_suites
from publication.build_state import BuildState, read_build_state
from publication.check_results import (
    dbt_results_path,
    expectations_results_path,
    from_findings,
    load_results,
)
from publication.inputs import Inputs, inputs_of
from publication.release import NotPublishedError, Release, ReportWriter, publish
from publication.waivers import expired, in_force

_REMEDY = "Run `poverty run`, which builds what is missing, checks and publishes. The last release stays."


def publish_build(home: Home, run_id: str, write_reports: ReportWriter) -> Release:
    """Publish the last build with the results of all its checks and its reports.

    Raises NotPublishedError when a table is missing or was made from other inputs than the rest or than those of now,
    when a check has no result, when a waiver that it counts on has expired since, or when an error-severity check of
    the warehouse failed. The caller holds the build lock.
    """
    build = read_build_state(home)
    if build is None or not home.build_file.exists():
        raise NotPublishedError("Not published: there is no whole build, because none was made yet. " + _REMEDY)
    _refuse_other_tables(build)
    _refuse_other_inputs(build, inputs_of(home))
    _refuse_other_files(home)
    results = [
        *from_findings(home.build_file),
        *load_results(dbt_results_path(home)),
        *load_results(expectations_results_path(home)),
    ]
    _refuse_missing_results(build, {result.check_id for result in results})
    with duckdb.connect(str(home.build_file), read_only=True) as connection:
        gone = expired(in_force(connection), today())
    if gone:
        raise NotPublishedError(
            f"Not published: since this build was made, waivers have expired ({', '.join(gone)}). Run `poverty run`, "
            "which builds again and publishes without them."
        )
    return publish(home, run_id, results, build.inputs, write_reports)


def is_up_to_date(home: Home) -> bool:
    """Whether the current release was made from just the inputs of now, and all its waivers still hold."""
    description = read_datapackage(home.current)
    return (
        description is not None
        and description["inputsState"] == inputs_of(home).state
        and not expired(description["waiversInForce"], today())
    )


def _refuse_other_tables(build: BuildState) -> None:
    if build.other_tables:
        raise NotPublishedError(
            f"Not published: there is no whole build. {len(build.other_tables)} of {len(build.tables)} tables are "
            f"missing or were made from other files, decisions, rules or code than the rest: "
            f"{some(build.other_tables)}. {_REMEDY}"
        )


def _refuse_other_inputs(build: BuildState, now: Inputs) -> None:
    """A build of yesterday's inputs is no release of today."""
    parts = {
        "received files": build.inputs.registry_head != now.registry_head,
        "decisions": build.inputs.decisions_hash != now.decisions_hash,
        "rules": build.inputs.rules_hash != now.rules_hash,
        "code": build.inputs.code_hash != now.code_hash,
    }
    changed = [part for part, is_other in parts.items() if is_other]
    if changed:
        raise NotPublishedError(
            f"Not published: since the {len(build.tables)} tables ({some(sorted(build.tables))}) were built, "
            f"{' and '.join(changed)} changed. {_REMEDY}"
        )


def _refuse_other_files(home: Home) -> None:
    """Tables that were made of the files of another home are no release of this one, whatever the state says."""
    received = f"select source_file_id from {sql_file(home.raw / 'source_file.parquet')}"
    built = "select source_file_id from quality.source_file"
    with duckdb.connect(str(home.build_file), read_only=True) as connection:
        others = connection.execute(
            f"select count(*) from (({received} except {built}) union all ({built} except {received}))"
        ).fetchall()[0][0]
    if others:
        raise NotPublishedError(
            f"Not published: the tables and the files received in {home.root} differ in {others} files. {_REMEDY}"
        )


def _refuse_missing_results(build: BuildState, found: set[str]) -> None:
    """A check that did not run is not passed."""
    expected = {*build.checks, *(item.id for suite in load_suites() for item in suite.expectations)}
    missing = sorted(expected - found)
    if missing:
        raise NotPublishedError(
            f"Not published: {len(missing)} of {len(expected)} checks have no result for this build: {some(missing)}. "
            f"{_REMEDY}"
        )
