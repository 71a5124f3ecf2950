"""Filling a form: which cell holds a figure, which a live formula, and that both say the same.

A total is a formula whose cached value is the figure of the marts; where the formula would give anything else, no
form is made.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from openpyxl.utils import get_column_letter

from reports.forms.formulas import Number, Operand
from reports.forms.rows import ADJUSTMENT, AREA, SUBTOTAL, TOTAL, Row
from reports.forms.specification import Column, Form
from reports.forms.year_figures import YearFigures

# Running number and name of the area come before the first column of figures.
LEADING_COLUMNS = 2


class FiguresDisagreeError(ValueError):
    """A formula of a form gives another value than the marts: one of them is wrong, so nothing is written."""


@dataclass(frozen=True)
class Entry:
    """The content of a cell: the value that it shows and, where it is calculated, the formula."""

    value: Number | None
    formula: str | None = None


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

    def __post_init__(self) -> None:
        self._row_numbers = {row.key: self.first_row + index for index, row in enumerate(self.rows)}
        self._numbers = {column.name: index for index, column in enumerate(self.columns, start=1)}

    def number(self, column: str) -> int:
        """The printed number of a column, from 1."""
        return self._numbers[column]

    def address(self, row: str, column: str, *, sheet: bool = False) -> str:
        """The address of a cell, with its sheet where it is read from another one."""
        cell = f"{get_column_letter(self.number(column) + LEADING_COLUMNS)}{self._row_numbers[row]}"
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
    for row in rows:
        # A subtotal is above its rows, so parts are filled first.
        if row.kind == AREA:
            _fill_row(filled, row, figures)
    for kind in (SUBTOTAL, ADJUSTMENT, TOTAL):
        for row in rows:
            if row.kind == kind:
                _fill_row(filled, row, figures)
    return filled


def _fill_row(filled: FilledForm, row: Row, figures: YearFigures) -> None:
    for column in filled.columns:
        entry = None
        if column.formula:
            entry = _calculated(filled, row, column, figures)
        if entry is None and column.measure and (column.formula is None or not column.formula.is_ratio):
            entry = _measured(filled, row, column, figures)
        filled.entries[row.key, column.name] = entry or Entry(None)


def _calculated(filled: FilledForm, row: Row, column: Column, figures: YearFigures) -> Entry | None:
    """The entry of a formula; None where what it reads is not known."""
    formula = column.formula
    if formula is None or (formula.is_ratio and row.kind == ADJUSTMENT):
        return None

    def source(operand: Operand) -> FilledForm:
        return filled.others[operand.form] if operand.form else filled

    values = [source(operand).entries[row.key, operand.column].value for operand in formula.operands]
    value = formula.value(values)
    if values[0] is None or (value is None and not formula.is_ratio):
        return None
    if column.measure and row.kind in (AREA, TOTAL) and row.area:
        value = _agreed(filled, row, column, value, figures.value(row.area, column.measure))
    text = formula.in_excel(
        lambda operand: source(operand).address(row.key, operand.column, sheet=operand.form is not None)
    )
    return Entry(value, text)


def _measured(filled: FilledForm, row: Row, column: Column, figures: YearFigures) -> Entry:
    """The entry of a figure: as published, or the sum of the rows that the row stands for."""
    figure = figures.value(row.area, column.measure) if row.area and column.measure else None
    if row.kind == AREA:
        return Entry(figure)
    parts = [filled.entries[part, column.name].value for part in row.parts]
    known = [part for part in parts if part is not None]
    if not known:
        return Entry(_agreed(filled, row, column, None, figure) if row.kind == TOTAL else None)
    if row.kind == ADJUSTMENT:
        return Entry(None if figure is None else figure - sum(known))
    total = sum(known)
    if row.kind == TOTAL:
        total = _agreed(filled, row, column, total, figure) or 0
    first, last = (filled.address(part, column.name) for part in (row.parts[0], row.parts[-1]))
    is_one_block = all(not part.parts or part.kind == ADJUSTMENT for part in filled.rows if part.key in row.parts)
    if is_one_block:
        return Entry(total, f"=SUM({first}:{last})")
    return Entry(total, "=" + "+".join(filled.address(part, column.name) for part in row.parts))


def _agreed(
    filled: FilledForm, row: Row, column: Column, calculated: Number | None, figure: Number | None
) -> Number | None:
    """The figure, if the formula gives it too."""
    if calculated is None and figure is None:
        return None
    if calculated is None or figure is None or not math.isclose(calculated, figure, rel_tol=1e-9):
        raise FiguresDisagreeError(
            f"{filled.form.sheet}, area {row.area}, column ({filled.number(column.name)}): the formula gives "
            f"{calculated} and the published figure is {figure}. This workbook was not written; the data team looks at "
            f"the model of {column.measure}."
        )
    return figure
