"""The published figures that the total row of a filled form can be compared with."""

from collections.abc import Callable, Sequence
from decimal import Decimal

from base.home import Home
from base.text import key
from reports.forms.filled_sheet import HOUSEHOLDS, PERSONS, FilledArea, FilledSheet
from reports.forms.year_figures import NoFormsError, YearFigures, read_figures

_RESULT = {
    1: "area.resident_households",
    2: "area.resident_persons",
    3: "area.poor_households",
    5: "area.poor_persons",
    7: "area.near_poor_households",
    9: "area.near_poor_persons",
}
_RESULT_COLUMNS = 10
_LISTS = {2: "poor", 3: "near_poor"}
_UNITS = {HOUSEHOLDS: "household", PERSONS: "person"}


def published_totals(
    home: Home, sheets: Sequence[FilledSheet]
) -> Callable[[FilledSheet, FilledArea, str, int | str], Decimal | None]:
    """A function that gives the published figure of a cell of a total row, None where the release has none.

    The area is found by the name of the body that reports; a name that two areas of the year share is not compared.
    """
    years: dict[int, YearFigures] = {}
    for year in {sheet.year for sheet in sheets if sheet.year}:
        try:
            years[year] = read_figures(home.current, year)
        except NoFormsError:
            continue

    def published(sheet: FilledSheet, _area: FilledArea, line: str, column: int | str) -> Decimal | None:
        figures = years.get(sheet.year or 0)
        if figures is None:
            return None
        codes = [code for code, area in figures.areas.items() if key(area.name) == sheet.body]
        measure = _measure(sheet, line, column)
        if len(codes) != 1 or measure is None:
            return None
        value = figures.values[codes[0]].get(measure)
        return None if value is None else Decimal(value)

    return published


def _measure(sheet: FilledSheet, line: str, column: int | str) -> str | None:
    if sheet.form == 1 and len(sheet.columns) == _RESULT_COLUMNS and isinstance(column, int):
        return _RESULT.get(column)
    # Moves between the units of a sheet stay in its total, so only its ends can be compared.
    if sheet.form in _LISTS and line in _UNITS and column in (1, 9):
        return f"movement.{_LISTS[sheet.form]}.{_UNITS[line]}.{'opening' if column == 1 else 'closing'}"
    return None
