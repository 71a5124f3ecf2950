"""The layout of a filled form on its worksheet: heads, merged headers, column numbers, rows, notes, signatures."""

import math
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from base.reference import cutoff_date, load_territory
from reports.forms.fill import LEADING_COLUMNS, FilledForm
from reports.forms.formulas import Number, Operand
from reports.forms.rows import ADJUSTMENT, AREA
from reports.forms.specification import COUNT, Column
from reports.forms.year_figures import Area, YearFigures
from reports.numbers import count_vi

HEAD_ROWS = 8
_LINE_HEIGHT = 13.5
# In characters: running number, name, the least of a column of figures, of one in a form of many, of one with a long
# formula. Narrow columns are printed large, for a form is fitted to the paper.
_NUMBER_WIDTH, _NAME_WIDTH, _WIDTH, _NARROW, _WIDE = 5.0, 26.0, 8.5, 6.8, 16.0
_BESIDE_DIGITS = 2
_INDENT = 2
_NARROW_FROM = 22
_LONG_FORMULA = 30


class Headed(Protocol):
    """A column with headers from the top down."""

    @property
    def headers(self) -> tuple[str, ...]:
        """The texts."""


@dataclass(frozen=True)
class Cell:
    """A cell: what it shows, its formula if it has one, the name of its style, and to where it is merged."""

    row: int
    column: int
    value: str | Number | None
    style: str
    formula: str | None = None
    last_row: int = 0
    last_column: int = 0


@dataclass
class Sheet:
    """A worksheet as plain data. Heights in points, widths in characters; `head` is the rows that repeat on pages."""

    name: str
    cells: list[Cell] = field(default_factory=list)
    heights: dict[int, float] = field(default_factory=dict)
    widths: list[float] = field(default_factory=list)
    head: tuple[int, int] = (1, 1)
    last_row: int = 1
    footer: str = ""


def first_row_of_figures(columns: Sequence[Column]) -> int:
    """The row of the worksheet where the figures of a form with these columns begin."""
    return HEAD_ROWS + depth_of(columns) + _number_rows(columns) + 1


def _number_rows(columns: Sequence[Column]) -> int:
    """Column numbers, and below them the formulas by column number where the form has any."""
    return 2 if any(column.formula for column in columns) else 1


def lay_out(filled: FilledForm, area: Area, figures: YearFigures) -> Sheet:
    """The worksheet of a filled form."""
    sheet = Sheet(filled.form.sheet, footer=figures.release_id)
    sheet.widths = [_NUMBER_WIDTH, _NAME_WIDTH, *(_width(filled, column) for column in filled.columns)]
    count = len(filled.columns) + LEADING_COLUMNS
    put_head(sheet, filled.form.number, filled.form.title, filled.form.unit, area, figures, count)
    numbers = put_headers(sheet, filled.columns, ("TT", "Đơn vị"))
    if filled.first_row > numbers + 1:
        _put_formulas(sheet, filled, numbers + 1)
    _put_rows(sheet, filled)
    put_foot(sheet, filled.first_row + len(filled.rows), filled.form.notes, count)
    return sheet


def _width(filled: FilledForm, column: Column) -> float:
    """The width of a column of figures: room for its formula, its headers and its longest figure."""
    least = _NARROW if len(filled.columns) >= _NARROW_FROM else _WIDTH
    if len(_shown(filled, column)) > _LONG_FORMULA:
        least = _WIDE
    if column.number_format != COUNT:
        return least
    longest = max(len(count_vi(filled.entries[row.key, column.name].value)) for row in filled.rows)
    return max(least, longest + _BESIDE_DIGITS)


def put_head(sheet: Sheet, number: int, title: str, unit: str, area: Area, figures: YearFigures, columns: int) -> None:
    """The head of every form: who reports, the national motto, the title, of when and where the figures are."""
    above, own = _bodies(area)
    middle = _middle(sheet.widths)
    lines = [
        (1, above, "head", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "head_bold"),
        (2, own, "head_bold", "Độc lập - Tự do - Hạnh phúc", "motto"),
        (3, "BAN CHỈ ĐẠO RÀ SOÁT HỘ NGHÈO, HỘ CẬN NGHÈO", "head_bold", f"Mẫu số 7.{number}", "form_number"),
    ]
    for row, left, left_style, right, right_style in lines:
        sheet.cells.append(Cell(row, 1, left, left_style, None, row, middle))
        sheet.cells.append(Cell(row, middle + 1, right, right_style, None, row, columns))
    year = figures.survey_year
    cutoff = f"thời điểm chốt số liệu: {date.fromisoformat(cutoff_date(year)):%d/%m/%Y}"
    for row, text, style in (
        (5, title, "title"),
        (6, f"Năm {year} - Địa bàn: {area.name}{_where(area)}", "subtitle"),
        (7, f"({_state(area, figures.notice)}; {cutoff})", "notice" if figures.notice else "remark"),
        (8, unit, "unit"),
    ):
        sheet.cells.append(Cell(row, 1, text, style, None, row, columns))
    total = sum(sheet.widths)
    sheet.heights |= {4: 6.0, 5: 20.0 * _lines(title, total * 0.7)}


def _state(area: Area, notice: str | None) -> str:
    """How far the figures can be trusted: simulated, provisional with the reason, or final."""
    if area.is_final:
        return notice.removesuffix(".") if notice else "Số liệu chính thức"
    state = (
        f"Số liệu tạm thời: đã nhận {area.communes_received}/{area.communes_expected} xã, phường, thị trấn"
        if area.communes_received < area.communes_expected
        else "Số liệu tạm thời: có đơn vị chưa báo cáo chính thức"
    )
    return f"{notice} {state}" if notice else state


def _bodies(area: Area) -> tuple[str, str]:
    """The authority above and the area's own."""
    body = "ỦY BAN NHÂN DÂN "
    above = area.district_name if area.level == "commune" and area.district_name else area.province_name
    if area.level == "province":
        return body.strip(), above.upper()
    return body + above.upper(), body + area.name.upper()


def _where(area: Area) -> str:
    if area.level == "province":
        harmonised = date.fromisoformat(load_territory().harmonised_date)
        return f" (địa bàn trước ngày {harmonised:%d/%-m/%Y})" if area.name != area.province_name else ""
    above = [area.district_name] if area.level == "commune" and area.district_name else []
    return ", " + ", ".join([*above, area.province_name])


def _middle(widths: Sequence[float]) -> int:
    """The last column of the left half."""
    passed = 0.0
    for index, width in enumerate(widths, start=1):
        passed += width
        if passed >= sum(widths) * 0.48:
            return min(max(index, LEADING_COLUMNS), len(widths) - 1)
    return LEADING_COLUMNS


def depth_of(columns: Sequence[Headed]) -> int:
    """How many rows of headers the columns have."""
    return max(len(column.headers) for column in columns)


def put_headers(sheet: Sheet, columns: Sequence[Headed], leading: Sequence[str], top: int = HEAD_ROWS + 1) -> int:
    """Put the merged headers and the column numbers below them; the row of the numbers.

    Args:
        sheet: gets the cells; its widths are there.
        columns: the numbered columns.
        leading: the headers of the columns before them, which have letters.
        top: the first row of the headers.
    """
    depth = depth_of(columns)
    bottom = top + depth - 1
    for column, text in enumerate(leading, start=1):
        sheet.cells.append(Cell(top, column, text, "header", None, bottom, column))
        sheet.cells.append(Cell(bottom + 1, column, "ABC"[column - 1], "number"))
    heights = [1.0] * depth
    for level, first, last, text, is_leaf in _header_cells(columns):
        last_level = depth - 1 if is_leaf else level
        left, right = first + len(leading), last + len(leading)
        sheet.cells.append(Cell(top + level, left, text, "header", None, top + last_level, right))
        lines = _lines(text, sum(sheet.widths[left - 1 : right]))
        heights[last_level] = max(heights[last_level], lines - (last_level - level))
    sheet.heights |= {top + level: lines * _LINE_HEIGHT + 4 for level, lines in enumerate(heights)}
    for number in range(1, len(columns) + 1):
        sheet.cells.append(Cell(bottom + 1, number + len(leading), f"({number})", "number"))
    sheet.head = (top, bottom + 1)
    return bottom + 1


def _put_formulas(sheet: Sheet, filled: FilledForm, row: int) -> None:
    lines = 1
    texts = ["", "", *(_shown(filled, column) for column in filled.columns)]
    for column, text in enumerate(texts, start=1):
        sheet.cells.append(Cell(row, column, text or None, "formula"))
        lines = max(lines, math.ceil(len(text) / (sheet.widths[column - 1] * 1.2)))
    sheet.heights[row] = lines * 11.0 + 4
    sheet.head = (sheet.head[0], row)


def _shown(filled: FilledForm, column: Column) -> str:
    """The formula of a column as printed: `(4)=(3)/(1)`."""
    if column.formula is None:
        return ""

    def number(operand: Operand) -> str:
        if operand.form is None:
            return f"({filled.number(operand.column)})"
        other = filled.others[operand.form]
        return f"{other.form.sheet}({other.number(operand.column)})"

    return f"({filled.number(column.name)})={column.formula.shown(number)}"


def _header_cells(columns: Sequence[Headed]) -> Iterator[tuple[int, int, int, str, bool]]:
    """(level, first column, last column, text, whether it is the lowest) of every header cell; columns from 1."""
    for level in range(depth_of(columns)):
        first = 0
        while first < len(columns):
            last = first
            headers = columns[first].headers
            if len(headers) > level:
                shared = headers[: level + 1]
                is_leaf = len(headers) == level + 1
                while not is_leaf and last + 1 < len(columns) and columns[last + 1].headers[: level + 1] == shared:
                    last += 1
                yield level, first + 1, last + 1, headers[level], is_leaf
            first = last + 1


def _put_rows(sheet: Sheet, filled: FilledForm) -> None:
    for offset, row in enumerate(filled.rows):
        number = filled.first_row + offset
        weight = "" if row.kind == AREA else "_italic" if row.kind == ADJUSTMENT else "_bold"
        sheet.cells.append(Cell(number, 1, row.number or None, f"place{weight}"))
        sheet.cells.append(Cell(number, 2, row.name, f"name{weight}"))
        for index, column in enumerate(filled.columns, start=LEADING_COLUMNS + 1):
            entry = filled.entries[row.key, column.name]
            value = "" if entry.formula and entry.value is None else entry.value
            sheet.cells.append(Cell(number, index, value, f"{column.number_format}{weight}", entry.formula))
        sheet.heights[number] = row_height([(row.name, _NAME_WIDTH)])


def row_height(texts: Sequence[tuple[str, float]]) -> float:
    """The height of a row in points whose texts are in columns of a width in characters."""
    return max(_lines(text, width - _INDENT) for text, width in texts) * _LINE_HEIGHT + 2


def put_foot(sheet: Sheet, row: int, notes: Sequence[str], columns: int) -> None:
    """Notes and signatures below the rows."""
    row += 1
    total = sum(sheet.widths)
    for number, note in enumerate(notes):
        text = f"Ghi chú: {note}" if number == 0 else note
        sheet.cells.append(Cell(row, 1, text, "note", None, row, columns))
        sheet.heights[row] = _lines(text, total * 1.15) * _LINE_HEIGHT + 2
        row += 1
    middle = _middle(sheet.widths)
    signatures = (
        ("", "remark", "……………, ngày …… tháng …… năm ………", "remark"),
        ("NGƯỜI LẬP BIỂU", "head_bold", "TM. ỦY BAN NHÂN DÂN", "head_bold"),
        ("(Ký, ghi rõ họ tên)", "remark", "CHỦ TỊCH", "head_bold"),
        ("", "remark", "(Ký, ghi rõ họ tên, đóng dấu)", "remark"),
    )
    for left, left_style, right, right_style in signatures:
        row += 1
        if left:
            sheet.cells.append(Cell(row, 1, left, left_style, None, row, middle))
        sheet.cells.append(Cell(row, middle + 1, right, right_style, None, row, columns))
    # Room to sign, inside the print area.
    sheet.last_row = row + 4


def _lines(text: str, width: float) -> int:
    return max(1, len(textwrap.wrap(text, max(4, int(width)))))
