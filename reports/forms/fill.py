"""Filling a form: which cell holds a figure, which a live formula, and that both say the same.

A total is a formula whose cached value is the figure of the marts; where the formula would give anything else, no
form is made. Official totals are plain sums of the units listed, so a movement inside the area stays in them; there the
mart's own figure may be another one, and what differs is kept to be said below the table.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from openpyxl.utils import get_column_letter

from reports.forms.formulas import Number, Operand
from reports.forms.rows import AREA, SUBTOTAL, TOTAL, Row
from reports.forms.specification import Column, Form
from reports.forms.year_figures import YearFigures


class FiguresDisagreeError(ValueError):
    """A formula of a form gives another value than the marts: one of them is wrong, so nothing is written."""


@dataclass(frozen=True)
class Entry:
    """The content of a cell: the value that it shows and, where it is calculated, the formula."""

    value: Number | None
    formula: str | None = None


@dataclass(frozen=True)
class Difference:
    """A figure of the total row whose plain sum is not the mart's figure of the larger area."""

    row: Row
    column: Column
    shown: Number
    figure: Number


@dataclass
class FilledForm:
    """A form of one area: columns, rows, and an entry for each crossing, by the row's key and the column's name.
    `others` are the forms filled before, which formulas may read."""

    form: Form
    columns: Sequence[Column]
    rows: Sequence[Row]
    first_row: int
    others: Mapping[int, "FilledForm"]
    entries: dict[tuple[str, str], Entry] = field(default_factory=dict)
    differences: list[Difference] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._row_numbers = {row.key: self.first_row + index for index, row in enumerate(self.rows)}
        self._numbers = {column.name: index for index, column in enumerate(self.columns, start=1)}

    def number(self, column: str) -> int | None:
        """The printed number of a column; None where it has none."""
        return self.columns[self._numbers[column] - 1].number

    def address(self, row: str, column: str, *, sheet: bool = False) -> str:
        """The address of a cell, with its sheet where it is read from another one."""
        cell = f"{get_column_letter(self._numbers[column] + self.form.leading)}{self._row_numbers[row]}"
        return f"'{self.form.sheet}'!{cell}" if sheet else cell


def fill_form(
    form: Form,
    columns: Sequence[Column],
    rows: Sequence[Row],
    first_row: int,
    figures: YearFigures,
    others: Mapping[int, FilledForm],
) -> FilledForm:
    """Fill a form.

    Args:
        form: what the form is.
        columns: its columns of the year.
        rows: its rows for the area.
        first_row: the row of the worksheet where they begin.
        figures: the year's figures.
        others: the forms filled before, which formulas may read.

    Raises FiguresDisagreeError when a formula gives another value than the marts.
    """
    filled = FilledForm(form, columns, rows, first_row, others)
    # A subtotal is above its rows and a line may sum the lines below it, so parts are filled first.
    for kind in (AREA, SUBTOTAL, TOTAL):
        for is_sum in (False, True):
            for row in rows:
                if row.kind == kind and row.line.is_sum == is_sum:
                    _fill_row(filled, row, figures)
    return filled


def _fill_row(filled: FilledForm, row: Row, figures: YearFigures) -> None:
    # A formula may read columns on either side of its own.
    for column in sorted(filled.columns, key=lambda column: column.formula is not None):
        entry = None
        if column.formula:
            entry = _calculated(filled, row, column, figures)
        if entry is None and column.measure and (column.formula is None or not column.formula.is_ratio):
            entry = _measured(filled, row, column, figures)
        filled.entries[row.key, column.name] = entry or Entry(None)


def _calculated(filled: FilledForm, row: Row, column: Column, figures: YearFigures) -> Entry | None:
    """The entry of a formula; None where what it reads is not known."""
    formula = column.formula
    if formula is None:
        return None

    def source(operand: Operand) -> FilledForm:
        return filled.others[operand.form] if operand.form else filled

    values = [source(operand).entries[row.key, operand.column].value for operand in formula.operands]
    value = formula.value(values)
    if values[0] is None or (value is None and not formula.is_ratio):
        return None
    if column.measure and len(row.areas) == 1 and row.kind in (AREA, TOTAL):
        value = _compared(filled, row, column, value, _figure(row, column, figures))
    text = formula.in_excel(
        lambda operand: source(operand).address(row.key, operand.column, sheet=operand.form is not None)
    )
    return Entry(value, text)


def _figure(row: Row, column: Column, figures: YearFigures) -> Number | None:
    """The published figure of a row's areas together; None where none is known."""
    measure = measure_of(row, column)
    if measure is None:
        return None
    known = [value for area in row.areas if (value := figures.value(area, measure)) is not None]
    return sum(known) if known else None


def measure_of(row: Row, column: Column) -> str | None:
    """The name of a column's figure in a row, whose line says some of its words."""
    measure = column.measure
    for word, meant in row.line.words.items():
        measure = measure and measure.replace(f"{{{word}}}", meant)
    return measure


def _measured(filled: FilledForm, row: Row, column: Column, figures: YearFigures) -> Entry:
    """The entry of a figure: as published, or the sum of the rows that the row stands for."""
    if row.kind == AREA and not row.line.is_sum:
        return Entry(_figure(row, column, figures))
    figure = _figure(row, column, figures) if row.kind == TOTAL and not row.line.is_sum else None
    if row.kind == SUBTOTAL and not row.parts:
        return Entry(0 if _is_known(filled, row, column) else None)
    parts = [filled.entries[part, column.name].value for part in row.parts]
    known = [part for part in parts if part is not None]
    if not known:
        if row.kind == TOTAL and measure_of(row, column) in figures.only_whole:
            return Entry(figure)
        return Entry(_agreed(filled, row, column, None, figure) if row.kind == TOTAL else None)
    total: Number = sum(known)
    if row.kind == TOTAL and not row.line.is_sum:
        total = _compared(filled, row, column, total, figure) or 0
    addresses = [filled.address(part, column.name) for part in row.parts]
    is_one_block = row.kind == SUBTOTAL and len(filled.form.lines) == 1
    return Entry(total, f"=SUM({addresses[0]}:{addresses[-1]})" if is_one_block else "=" + "+".join(addresses))


def _is_known(filled: FilledForm, row: Row, column: Column) -> bool:
    """Whether any unit has a figure in a column and line: then a group without units has none of it, which is 0."""
    return any(
        filled.entries[other.key, column.name].value is not None
        for other in filled.rows
        if other.kind == AREA and other.line == row.line
    )


def _compared(
    filled: FilledForm, row: Row, column: Column, calculated: Number | None, figure: Number | None
) -> Number | None:
    """What the formula gives. It must be the published figure, but in the total of a form of movements, where moves
    between its units are counted twice: there the difference is kept."""
    if row.kind != TOTAL or not filled.form.has_moves_between_areas or column.is_same_for_total:
        return _agreed(filled, row, column, calculated, figure)
    if calculated is not None and figure is not None and calculated != figure:
        filled.differences.append(Difference(row, column, calculated, figure))
    return calculated


def _agreed(
    filled: FilledForm, row: Row, column: Column, calculated: Number | None, figure: Number | None
) -> Number | None:
    """The figure, if the formula gives it too."""
    if calculated is None and figure is None:
        return None
    if calculated is None or figure is None or not math.isclose(calculated, figure, rel_tol=1e-9):
        raise FiguresDisagreeError(
            f"{filled.form.sheet}, area {', '.join(row.areas)}, column {column.number}: the formula gives "
            f"{calculated} and the published figure is {figure}. This workbook was not written; the data team looks at "
            f"the model of {column.measure}."
        )
    return figure
