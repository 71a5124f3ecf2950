"""Publishing the build file: the one way, for Dagster and for tests."""

import duckdb

from base.build_date import today
from base.home import Home
from publication.build_state import finished_build
from publication.check_results import (
    dbt_results_path,
    expectations_results_path,
    from_findings,
    load_results,
)
from publication.release import NotPublishedError, Release, ReportWriter, publish
from publication.waivers import expired, in_force


def publish_build(home: Home, run_id: str, write_reports: ReportWriter) -> Release:
    """Publish the last whole build with the results of all its checks and its reports.

    Raises NotPublishedError when there is no whole build, when a waiver that it counts on has expired since, or when an
    error-severity check of the warehouse failed. The caller holds the build lock.
    """
    build = finished_build(home)
    if build is None:
        raise NotPublishedError(
            "Not published: there is no whole build, because none was made yet or the last one was interrupted. "
            "Run `poverty build`, then publish again."
        )
    expectations = load_results(expectations_results_path(home))
    if not expectations:
        raise NotPublishedError(
            "Not published: Great Expectations has not checked this build. Run `poverty build`, which also "
            "checks, then publish again."
        )
    with duckdb.connect(str(home.build_file), read_only=True) as connection:
        gone = expired(in_force(connection), today())
    if gone:
        raise NotPublishedError(
            f"Not published: since this build was made, waivers have expired ({', '.join(gone)}). Run `poverty run`, "
            "which builds again and publishes without them."
        )
    results = [
        *from_findings(home.build_file),
        *load_results(dbt_results_path(home)),
        *expectations,
    ]
    return publish(home, run_id, results, build.inputs, write_reports)
