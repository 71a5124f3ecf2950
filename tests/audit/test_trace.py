"""Every figure of a year is traced back to rows of archived files, and adds up to itself."""

import csv
import hashlib
import io
import json
from collections import Counter
from collections.abc import Iterable, Iterator

import duckdb
import pytest
from openpyxl import load_workbook

from audit.figure_names import WEIGHTINGS, UnknownFigureError
from audit.measures import CLASS_GROUPS, LISTED, MEASURES, UNITS
from audit.records import Record
from audit.trace import Trace, Tracer, trace_figure
from base.forms import load_forms
from base.home import Home
from base.reference import TERRITORY_VARIABLE
from base.release_layout import DATABASE
from base.text import key
from ingestion.archive import archive_path
from tests.support.homes import poverty

YEAR = 2025  # the year of the reorganisation: the boundaries differ, and movements cross them


def _areas(home: Home) -> list[tuple[str, str, str]]:
    """Level, boundary and code of every area of the year."""
    with duckdb.connect(str(home.current / DATABASE), read_only=True) as connection:
        return connection.execute(
            "select area_level, boundary, area_code from marts.area_year where survey_year = ? order by all", [YEAR]
        ).fetchall()


def _figures(tracer: Tracer, boundary: str, area_code: str, indicators: list[str], needs: list[str]) -> Iterator[Trace]:
    """Every traceable figure of an area."""
    for name, measure in MEASURES.items():
        if measure.needs == ("class", "unit"):
            options = [{"poverty_class": listed, "unit": unit} for listed in LISTED for unit in UNITS]
        elif measure.needs == ("class", "indicator"):
            classes = LISTED if name == "deprived_children" else tuple(CLASS_GROUPS)
            options = [{"poverty_class": c, "indicator": i} for c in classes for i in indicators]
        elif measure.needs == ("class", "cause"):
            options = [{"poverty_class": "poor", "cause": cause} for cause in ("illness_accident", "no_land")]
        elif measure.needs == ("class", "ethnicity"):
            options = [{"poverty_class": listed, "ethnicity": "01"} for listed in LISTED]
        elif measure.needs == ("class",):
            options = [{"poverty_class": listed} for listed in LISTED]
        elif measure.needs == ("unit", "weighting"):
            options = [
                {"unit": unit, "weighting": weighting} for unit, weighting in zip(UNITS, WEIGHTINGS, strict=True)
            ]
        elif measure.needs == ("need",):
            options = [{"need": need} for need in needs]
        else:
            options = [{}]
        for option in options:
            yield tracer.trace(YEAR, area_code, name, boundary=boundary, **option)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def names() -> tuple[list[str], list[str]]:
    """Of indicators and needs one each and a parent need: the others are the same query with another column."""
    return ["sanitation"], ["loan", "knowledge"]


@pytest.fixture(scope="module")
def traces(clean_home: Home, names: tuple[list[str], list[str]]) -> list[Trace]:
    """Every figure of one area of each level and boundary, and the poor households of all."""
    of_level = {(level, boundary): area_code for level, boundary, area_code in _areas(clean_home)}
    with Tracer(clean_home.current) as tracer:
        poor = [
            tracer.trace(YEAR, area_code, "poor_households", boundary=boundary)
            for _, boundary, area_code in _areas(clean_home)
        ]
        return poor + [
            traced
            for (_, boundary), area_code in of_level.items()
            for traced in _figures(tracer, boundary, area_code, *names)
        ]


def _wrong(traces: Iterable[Trace]) -> list[tuple[object, ...]]:
    return [
        (t.measure, t.breakdown, t.boundary, t.area_code, t.published_value, t.traced_value)
        for t in traces
        if not t.gives_figure_again
    ]


@pytest.mark.long
def test_every_figure_of_every_area_adds_up_to_itself(clean_home: Home, names: tuple[list[str], list[str]]) -> None:
    with Tracer(clean_home.current) as tracer:
        for _, boundary, area_code in _areas(clean_home):
            assert _wrong(_figures(tracer, boundary, area_code, *names)) == []


def test_every_figure_of_the_year_adds_up_to_itself(traces: list[Trace]) -> None:
    assert _wrong(traces) == []
    assert {traced.measure for traced in traces} == set(MEASURES)
    shown = Counter(traced.measure for traced in traces if traced.records and traced.published_value)
    assert set(MEASURES) - set(shown) <= {"merit_households", "group_2_households"}, "nothing to add up for a measure"


def test_former_provinces_of_a_merged_territory_add_up(vinh_long_home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before the merger by the province of their district, after it by their predecessors'."""
    monkeypatch.setenv(TERRITORY_VARIABLE, "vinh-long")
    with duckdb.connect(str(vinh_long_home.current / DATABASE), read_only=True) as connection:
        areas = connection.execute(
            "select survey_year, boundary, area_code, poor_households from marts.area_year "
            "where area_level = 'former_province' order by all"
        ).fetchall()
    assert len({area_code for _, _, area_code, _ in areas}) > 1
    with Tracer(vinh_long_home.current) as tracer:
        for year, boundary, area_code, poor in areas:
            traced = tracer.trace(year, area_code, "poor_households", boundary=boundary)
            assert (traced.area_level, traced.published_value) == ("former_province", poor)
            assert traced.gives_figure_again, (year, boundary, area_code)
            assert len(traced.records) == poor


def test_communes_add_up_to_the_province(traces: list[Trace]) -> None:
    of_province = next(t for t in traces if (t.measure, t.area_level) == ("poor_households", "province"))
    of_communes = {
        t.area_code: t
        for t in traces
        if (t.measure, t.area_level, t.boundary) == ("poor_households", "commune", "as_reviewed")
    }
    rows = [record for traced in of_communes.values() for record in traced.records]
    assert sorted(r.household_id or "" for r in rows) == sorted(r.household_id or "" for r in of_province.records)


def test_the_files_are_in_the_archive(clean_home: Home, traces: list[Trace]) -> None:
    files = {file.source_file_id: file.sha256 for traced in traces for file in traced.files}
    assert {record.source_file_id for traced in traces for record in traced.records} == set(files)
    for checksum in files.values():
        assert hashlib.sha256(archive_path(clean_home, checksum).read_bytes()).hexdigest() == checksum


def test_the_rows_of_the_archived_workbooks_hold_the_records(clean_home: Home, traces: list[Trace]) -> None:
    """Every traced row of one commune, and every total: the class label and the number really stand there."""
    forms = load_forms()
    records: dict[tuple[str, str, int], Record] = {
        (record.source_file_id, record.sheet, record.source_row): record
        for traced in traces
        for record in traced.records
    }
    files = {file.source_file_id: file for traced in traces for file in traced.files}
    sample = sorted(files)[:6]
    checked: Counter[str] = Counter()
    for file_id in sample:
        form = forms[files[file_id].form]
        columns = {column.field: column.position for column in form.sheets["household"].columns}
        codes = {key(label): code for label, code in form.codes["recorded_class"].items()}
        book = load_workbook(archive_path(clean_home, files[file_id].sha256), read_only=False, data_only=True)
        sheets = {key(sheet.title): sheet for sheet in book.worksheets}
        for (of_file, sheet, row), record in records.items():
            if of_file != file_id:
                continue
            if key(sheet) == key(form.sheets["member"].name):
                member = {column.field: column.position for column in form.sheets["member"].columns}
                holds = sheets[key(sheet)].cell(row, member["household_code"]).value is not None
            elif record.household_id is None:
                holds = sheets[key(sheet)].cell(row, 2).value == record.adds
            else:
                holds = codes.get(key(str(sheets[key(sheet)].cell(row, columns["recorded_class"]).value))) == (
                    record.poverty_class
                )
            checked["total" if record.household_id is None else "household"] += 1
            assert holds, f"file {file_id}, sheet {sheet}, row {row} does not hold the record"
    assert checked["household"] > 50
    assert checked["total"] > 0


def test_the_command_tells_rows_rule_and_sum(clean_home: Home) -> None:
    asked = ["trace", "--year", "2024", "--area", "29161", "--measure", "poor_households"]
    shown = poverty(clean_home, *asked).stdout
    assert "the records give the figure again" in shown
    assert "ND07-2021" in shown
    rows = list(csv.DictReader(io.StringIO(poverty(clean_home, *asked, "--format", "csv").stdout)))
    traced = trace_figure(clean_home.current, 2024, "29161", "poor_households")
    assert len(rows) == traced.published_value == len(traced.records)
    assert {len(row["sha256"]) for row in rows} == {64}
    assert all("B1 score" in row["decided_by"] or "income" in row["decided_by"] for row in rows)
    document = json.loads(poverty(clean_home, *asked, "--format", "json", "--release", "current").stdout)
    assert document["gives_figure_again"] is True
    assert [row["household_id"] for row in document["records"]] == [row["household_id"] for row in rows]


def test_a_sum_that_differs_is_reported(clean_home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("audit.trace.published_value", lambda *_: 1)
    assert not trace_figure(clean_home.current, 2024, "29161", "poor_households").gives_figure_again


@pytest.mark.parametrize(
    ("year", "area", "measure", "shown"),
    [
        (2024, "29161", "poor_housholds", r"no measure 'poor_housholds'. Nearest: poor_households"),
        (2034, "29161", "poor_households", r"no survey year '2034'. Nearest: .*2030"),
        (2024, "29162", "poor_households", r"no area '29162' in 2024.*29161 \("),
        (2024, "29161", "opening", r"opening needs --class: poor, near_poor"),
    ],
)
def test_unknown_names_are_reported_the_nearest(
    clean_home: Home, year: int, area: str, measure: str, shown: str
) -> None:
    with pytest.raises(UnknownFigureError, match=shown):
        trace_figure(clean_home.current, year, area, measure)
    poverty(clean_home, "trace", "--year", str(year), "--area", area, "--measure", measure, expect=2)
