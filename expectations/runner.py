"""Running suites inside DuckDB.

Importing this module imports great_expectations (8 to 15 s): use `client` where that must not wait.

A measure's SQL runs once over the data, into a small table of numbers, and Great Expectations judges that table: its
own SQL expectation would run a query over millions of rows twice, and could keep rows.
"""

import itertools
import logging
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import great_expectations as gx
import sqlalchemy
from great_expectations.expectations.expectation_configuration import ExpectationConfiguration

from base.home import Home
from expectations import redaction
from expectations.datasets import create_views
from expectations.errors import SilentEngineError
from expectations.gx_duckdb import DuckDBDatasource
from expectations.results import CheckResult
from expectations.suites import Expectation, Suite, Threshold, load_suites, load_thresholds

_JUDGED = "judged"
# By default Great Expectations adds up to 20 offending values to a result.
_WITHOUT_VALUES = {"result_format": "BASIC", "partial_unexpected_count": 0, "include_unexpected_rows": False}
_PROBE = "probe"

_JUDGED_SQL = f"""create table {_JUDGED} as
with bounded as (
    select
        measured.check_id,
        measured.survey_year,
        measured.value,
        coalesce(of_year.check_id, of_any_year.check_id) is not null as has_threshold,
        case when of_year.check_id is null then of_any_year.minimum else of_year.minimum end as minimum,
        case when of_year.check_id is null then of_any_year.maximum else of_year.maximum end as maximum
    from measured
    left join threshold as of_year
        on measured.check_id = of_year.check_id and measured.survey_year = of_year.survey_year
    left join threshold as of_any_year
        on measured.check_id = of_any_year.check_id and of_any_year.survey_year is null
    where measured.value is not null
)
select
    check_id,
    survey_year,
    value,
    not has_threshold or coalesce(value < minimum, false) or coalesce(value > maximum, false) as is_outside
from bounded"""

_run_numbers = itertools.count()

# Its log lines quote queries and values, and some of its modules set a level of their own.
logging.getLogger("great_expectations").propagate = False
logging.getLogger("great_expectations").handlers = [logging.NullHandler()]


def run_suites(home: Home, names: Sequence[str] | None = None) -> list[CheckResult]:
    """Run the suites named, or all, in the order of their files.

    Raises SuiteError or DatasetAbsentError when they cannot be run, SilentEngineError when the engine sees no rows.
    """
    suites = load_suites(names)
    # An in-memory database with a name is shared by the connections of this process and dies with the last of them.
    source = DuckDBDatasource(name="warehouse", connection_string=f"duckdb:///:memory:checks_{next(_run_numbers)}")
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}  # type: ignore[assignment]
    context.add_datasource(datasource=source)
    engine, gx_engine = source.get_engine(), source.get_execution_engine()
    try:
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            create_views(connection.exec_driver_sql, home, [suite.dataset for suite in suites])
            # Great Expectations' connection sees the database as of its first query, so everything is measured before.
            measures = _Measures(connection.exec_driver_sql, load_thresholds(), suites)
            return [*_results(source, suites, measures)]
    finally:
        gx_engine.close()
        engine.dispose()


class _Measures:
    """The measures' values and thresholds, in the table that is judged."""

    def __init__(self, execute: Callable[..., Any], thresholds: list[Threshold], suites: list[Suite]) -> None:
        self._execute = execute
        self._thresholds = thresholds
        self.failed: set[str] = set()
        execute("create table measured (check_id varchar, survey_year integer, value double)")
        execute(f"insert into measured values ('{_PROBE}', null, 1)")
        for suite in suites:
            for item in suite.expectations:
                if item.measure is not None:
                    self._take(item, item.measure.replace("{batch}", suite.dataset))
        execute("create table threshold (check_id varchar, survey_year integer, minimum double, maximum double)")
        execute(f"insert into threshold values {', '.join(map(_threshold_sql, thresholds))}")
        execute(_JUDGED_SQL)

    def _take(self, item: Expectation, sql: str) -> None:
        try:
            self._execute(
                f"insert into measured select '{item.id}', measure.survey_year, measure.value from ({sql}) as measure"
            )
        except sqlalchemy.exc.SQLAlchemyError:  # its message may quote a cell
            self.failed.add(item.id)

    def observed(self, item: Expectation) -> str:
        """What was measured, in words."""
        if item.id in self.failed:
            return redaction.NOT_EVALUATED
        count, outside, lowest, highest, years = self._execute(
            f"""select count(*), count(*) filter (where is_outside), min(value), max(value),
                list(distinct survey_year) filter (where is_outside)
            from {_JUDGED} where check_id = ?""",
            (item.id,),
        ).fetchone()
        return redaction.measured_text(count, outside, lowest, highest, years or ())

    def expected(self, item: Expectation) -> str:
        """The thresholds, in words."""
        return redaction.thresholds_text(
            (threshold.survey_year, threshold.minimum, threshold.maximum)
            for threshold in self._thresholds
            if threshold.expectation == item.id
        )


def _threshold_sql(threshold: Threshold) -> str:
    """One row of literals: a statement for each row took half a second."""
    bounds = (threshold.survey_year, threshold.minimum, threshold.maximum)
    return f"('{threshold.expectation}', {', '.join('null' if bound is None else str(bound) for bound in bounds)})"


def _results(source: DuckDBDatasource, suites: list[Suite], measures: _Measures) -> Iterator[CheckResult]:
    measured = [item.id for suite in suites for item in suite.expectations if item.measure is not None]
    judged = _validate(source, _JUDGED, [_outside(check_id) for check_id in (_PROBE, *measured)])
    if judged[_PROBE].result.get("observed_value") != 1:
        raise SilentEngineError("Great Expectations passed a check that must fail: see expectations/gx_duckdb.py.")
    for suite in suites:
        own_types = [_own_type(item) for item in suite.expectations if item.measure is None]
        validated = judged | _validate(source, suite.dataset, own_types)
        checked_at = datetime.now(UTC)
        for item in suite.expectations:
            outcome = validated[item.id]
            if item.measure is None:
                observed = redaction.observed_text(item.expectation, item.kwargs, outcome.result)
                expected = redaction.expected_text(item.kwargs)
            else:
                observed, expected = measures.observed(item), measures.expected(item)
            yield CheckResult(
                check_id=item.id,
                check_code=item.check_code,
                check_name=item.title_vi,
                dataset=suite.dataset,
                severity=item.check.severity,
                is_passed=bool(outcome.success) and item.id not in measures.failed,
                observed=observed,
                expected=expected,
                checked_at=checked_at,
            )


def _validate(source: DuckDBDatasource, table: str, configurations: list[ExpectationConfiguration]) -> dict[str, Any]:
    """Great Expectations' results on a view, by check id."""
    if not configurations:
        return {}
    batch = source.add_table_asset(table, table_name=table).add_batch_definition_whole_table("all").get_batch()
    suite = gx.ExpectationSuite(name=table, expectations=configurations)
    validated = batch.validate(suite, result_format=_WITHOUT_VALUES)
    return {result.expectation_config.meta["check_id"]: result for result in validated.results}


def _outside(check_id: str) -> ExpectationConfiguration:
    """A measure as Great Expectations sees it: no value lies outside its thresholds."""
    query = f"select survey_year from {{batch}} where check_id = '{check_id}' and is_outside"
    return ExpectationConfiguration(
        type="unexpected_rows_expectation", kwargs={"unexpected_rows_query": query}, meta={"check_id": check_id}
    )


def _own_type(item: Expectation) -> ExpectationConfiguration:
    return ExpectationConfiguration(type=item.expectation, kwargs=item.kwargs, meta={"check_id": item.id})
