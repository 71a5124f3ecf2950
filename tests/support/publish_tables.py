"""The tables of a home as `poverty run` publishes them, in a quarter of its time.

Left out are Dagster, the checks by dbt and Great Expectations and, where nobody looks at them, the reports and the
search for personal values; dbt's statements are sent without dbt.
"""

import os
from collections.abc import Collection
from contextlib import nullcontext

from base.build_date import BUILD_DATE_VARIABLE, today
from base.home import HOME_VARIABLE, Home
from base.territory import TERRITORY_VARIABLE, choose_territory
from ingestion.decisions import write_decisions
from ingestion.ingest import ingest
from ingestion.pseudonym_key import ensure_key
from publication.build_state import begin_build, finish_build
from publication.check_results import from_findings
from publication.finding_ledger import sync_from_current_release
from publication.release import publish
from reports.release_reports import write_release_reports
from tests.support.processes import forked
from tests.support.statements import make_tables
from tests.support.warehouse import no_reports, no_search

_A_TABLE = ["marts.area_year"]


def publish_tables(
    home: Home,
    *,
    territory: str | None = None,
    years: Collection[int] | None = None,
    with_reports: bool = False,
    day: str | None = None,
) -> None:
    """Read, build and publish without checks; a new home may be of another territory, the build of another day.

    With `years` only files of these survey years are read.
    """
    chosen = {HOME_VARIABLE: str(home.root), TERRITORY_VARIABLE: territory, BUILD_DATE_VARIABLE: day}
    given = {name: value for name, value in chosen.items() if value}
    assert forked(_publish, given, years, with_reports) == 0


def _publish(given: dict[str, str], years: Collection[int] | None, with_reports: bool) -> None:
    os.environ |= given
    home = Home.from_environment().create()
    choose_territory(home)
    ensure_key(home)
    ingest(home, years)
    write_decisions(home)
    sync_from_current_release(home)
    state = begin_build(home, "run", _A_TABLE, _A_TABLE, [])
    make_tables(home, today())
    finish_build(home, state, _A_TABLE)
    with nullcontext() if with_reports else no_search():
        results = from_findings(home.build_file)
        publish(home, "run", results, state.inputs, write_release_reports if with_reports else no_reports)
