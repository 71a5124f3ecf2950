"""From a published figure to the rows of the received files: `poverty trace`.

A published release and the reference are read, and for children and ethnic groups the rows of the build file.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb

from audit.areas import Areas
from audit.figure_names import BOUNDARIES, WEIGHTINGS, area_of, breakdown_of, published_value, require_known
from audit.measures import (
    MEASURES,
    Children,
    HeadsOf,
    Households,
    Movements,
    StatedTotal,
    Term,
    Unit,
    numerator_and_denominator,
)
from audit.records import DENOMINATOR, NUMERATOR, Record, records_of
from audit.releases import attach_release
from audit.standards import Standard, decided_by, standards_of_years
from base.forms import Form, form_of_year, load_forms
from base.home import Home
from base.release_layout import attach
from base.text import key


class MissingRowsError(ValueError):
    """The rows behind a figure are not there to be read; the message says which and what to do."""


@dataclass(frozen=True)
class TracedFile:
    """A received file behind the figure. `records` counts its rows in the trace; `received_at` is UTC."""

    source_file_id: str
    sha256: str
    received_at: datetime
    form: str
    survey_year: int
    commune_code: str
    submission_number: int
    maturity: str
    records: int


@dataclass(frozen=True)
class TracedCorrection:
    """A decided correction that touches a row of the trace. It holds no values."""

    correction_id: str
    source_file_id: str
    sheet: str
    row_number: int
    column_name: str
    reason: str
    decided_by: str
    decided_on: str
    status: str


@dataclass(frozen=True)
class Trace:
    """A figure and what it was made of.

    `published_value` is what the release says, `traced_value` what the records add up to: a count, a fraction for a
    rate, None where nothing is known. `numerator` and `denominator` are the sums of the two parts (the second of a rate
    only).
    """

    release_id: str
    survey_year: int
    area_level: str
    boundary: str
    area_code: str
    area_name: str
    measure: str
    breakdown: dict[str, str]
    table: str
    meaning: str
    records: tuple[Record, ...]
    files: tuple[TracedFile, ...]
    standards: tuple[Standard, ...]
    corrections: tuple[TracedCorrection, ...]
    numerator: int | None
    denominator: int | None
    traced_value: float | int | None
    published_value: float | int | None

    @property
    def gives_figure_again(self) -> bool:
        """Whether the records add up to exactly the published figure."""
        return self.traced_value == self.published_value

    def test_of(self, record: Record) -> str:
        """Which test of the standard decided the record's class, in a sentence; "" for a cell of a total sheet."""
        return decided_by(record, self.standards)


class Tracer:
    """Traces figures of one release; opened once for many figures."""

    def __init__(self, release: Path) -> None:
        self._release = release
        self._connection = duckdb.connect()
        attach_release(self._connection, release)
        self._places = Areas(self._connection)
        self._forms = load_forms()
        self._has_build = False

    def _attach_build(self) -> None:
        """Have the staged rows as `build`: children and ethnic groups are in no public table by household."""
        if self._has_build:
            return
        build = Home(self._release.resolve().parents[2]).build_file
        if build.exists():
            attach(self._connection, build, "build")
            (missing,) = self._connection.execute(
                "select count(*) from release.marts.fct_household_year as published "
                "anti join build.staging.stg_household as staged on published.source_file_id = staged.source_file_id "
                "and published.source_row = staged.row_number"
            ).fetchall()[0]
            if not missing:
                self._has_build = True
                return
            self._connection.execute("detach build")
        raise MissingRowsError(
            "Rows of children and of ethnic groups are in the build file only, and it is not what this release was "
            "made from: `poverty run` makes it again for the current release."
        )

    def __enter__(self) -> "Tracer":
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def trace(
        self,
        survey_year: int,
        area_code: str,
        measure: str,
        *,
        boundary: str = "as_reviewed",
        poverty_class: str | None = None,
        indicator: str | None = None,
        need: str | None = None,
        unit: Unit = "household",
        cause: str | None = None,
        ethnicity: str | None = None,
        weighting: str = WEIGHTINGS[0],
    ) -> Trace:
        """`trace_figure` of the opened release."""
        connection = self._connection
        definition = MEASURES[require_known("measure", measure, list(MEASURES))]
        require_known("boundary", boundary, BOUNDARIES)
        breakdown = breakdown_of(
            connection, definition, survey_year, poverty_class, indicator, need, unit, cause, ethnicity, weighting
        )
        area, area_name = area_of(connection, survey_year, area_code, boundary)
        published = published_value(connection, definition, area, breakdown)
        is_measure = definition.table == "marts.poverty_measure"
        weights, whole_weight = _weights(connection, survey_year, weighting) if is_measure else ((), 1)
        counted, divided_by = numerator_and_denominator(
            measure, poverty_class, indicator, need, unit, cause, ethnicity, weights
        )
        if isinstance(counted, Children | HeadsOf):
            self._attach_build()
        records = records_of(self._places, area, counted, NUMERATOR, self._forms)
        if divided_by is not None:
            records += records_of(self._places, area, divided_by, DENOMINATOR, self._forms)
        numerator: int | None = _total(records, NUMERATOR)
        denominator = _total(records, DENOMINATOR) if divided_by is not None else None
        if _is_unknown(connection, counted, survey_year, records, self._forms):
            numerator = None
        if isinstance(counted, Households) and counted.weights and denominator is not None:
            denominator *= whole_weight
        traced: float | int | None = numerator
        if definition.is_rate:
            traced = numerator / denominator if denominator and numerator is not None else None
        return Trace(
            release_id=self._release.resolve().name,
            survey_year=survey_year,
            area_level=area.area_level,
            boundary=boundary,
            area_code=area_code,
            area_name=area_name,
            measure=measure,
            breakdown=breakdown,
            table=definition.table,
            meaning=definition.meaning,
            records=tuple(records),
            files=_files(connection, records),
            standards=standards_of_years({record.survey_year for record in records} | {survey_year}),
            corrections=_corrections(connection, records),
            numerator=numerator,
            denominator=denominator,
            traced_value=traced,
            published_value=published,
        )


def trace_figure(
    release: Path,
    survey_year: int,
    area_code: str,
    measure: str,
    *,
    boundary: str = "as_reviewed",
    poverty_class: str | None = None,
    indicator: str | None = None,
    need: str | None = None,
    unit: Unit = "household",
    cause: str | None = None,
    ethnicity: str | None = None,
    weighting: str = WEIGHTINGS[0],
) -> Trace:
    """Trace one figure of a release.

    Args:
        release: the folder of a published release.
        survey_year: the figure's survey year.
        area_code: code of the territory, a district, a commune or an area class.
        measure: a name of `audit.measures.MEASURES`.
        boundary: `as_reviewed` or `harmonised`.
        poverty_class: the class of an indicator's figure (also poor_or_near_poor), or the list of a movement.
        indicator: the indicator of deprived_households, class_households and deprivation_rate.
        need: the need of need_households.
        unit: household or person, for movements and measures.
        cause: the cause of cause_households.
        ethnicity: the ethnic group of ethnicity_households and ethnicity_persons.
        weighting: nested or equal, for measures.

    Raises UnknownFigureError when the release has no such figure; MissingRowsError when children or ethnic groups are
    asked and the build file is not the one that was published.
    """
    with Tracer(release) as tracer:
        return tracer.trace(
            survey_year,
            area_code,
            measure,
            boundary=boundary,
            poverty_class=poverty_class,
            indicator=indicator,
            need=need,
            unit=unit,
            cause=cause,
            ethnicity=ethnicity,
            weighting=weighting,
        )


def _weights(
    connection: duckdb.DuckDBPyConnection, survey_year: int, weighting: str
) -> tuple[tuple[tuple[str, int], ...], int]:
    """((indicator, weight) of a year's standard, what the weights are parts of)."""
    rows = connection.execute(
        "select distinct indicator_code, weight_numerator, weight_denominator "
        "from release.marts.poverty_measure_indicator where survey_year = ? and weighting = ? order by all",
        [survey_year, weighting],
    ).fetchall()
    return tuple((name, weight) for name, weight, _ in rows), rows[0][2] if rows else 1


def _total(records: Sequence[Record], part: str) -> int:
    return sum(record.adds for record in records if record.part == part)


def _is_unknown(
    connection: duckdb.DuckDBPyConnection,
    term: Term,
    survey_year: int,
    records: Sequence[Record],
    forms: dict[str, Form],
) -> bool:
    """Nobody states residents of the area, there is no year before that a movement could start from, or the form of
    the year does not ask."""
    if isinstance(term, Households) and term.asked is not None:
        form = form_of_year(forms, survey_year)
        return form is None or term.asked not in {column.field for column in form.sheets["household"].columns}
    if isinstance(term, StatedTotal):
        return not records
    if isinstance(term, Movements):
        query = "select count(*) from release.marts.fct_household_transition where to_year = ?"
        return bool(connection.execute(query, [survey_year]).fetchall()[0][0] == 0)
    return False


def _files(connection: duckdb.DuckDBPyConnection, records: Sequence[Record]) -> tuple[TracedFile, ...]:
    counts: dict[str, int] = {}
    for record in records:
        counts[record.source_file_id] = counts.get(record.source_file_id, 0) + 1
    rows = connection.execute(
        "select source_file_id, sha256, received_at, form, survey_year, commune_code, submission_number, maturity "
        "from release.quality.source_file where source_file_id in (select unnest($ids)) "
        "order by survey_year, commune_code, source_file_id",
        {"ids": list(counts)},
    ).fetchall()
    return tuple(TracedFile(*[*row, counts[row[0]]]) for row in rows)


def _corrections(connection: duckdb.DuckDBPyConnection, records: Sequence[Record]) -> tuple[TracedCorrection, ...]:
    """The corrections of the traced rows, applied and refused ones."""
    rows = connection.execute(
        "select correction_id, source_file_id, sheet, row_number, column_name, reason, decided_by, "
        "cast(decided_on as varchar), status from release.quality.correction "
        "where source_file_id in (select unnest($ids)) order by correction_id",
        {"ids": sorted({record.source_file_id for record in records})},
    ).fetchall()
    # A decision names the sheet as its author wrote it.
    traced = {(record.source_file_id, key(record.sheet), record.source_row) for record in records}
    corrections = (TracedCorrection(*row) for row in rows)
    return tuple(c for c in corrections if (c.source_file_id, key(c.sheet or ""), c.row_number) in traced)
