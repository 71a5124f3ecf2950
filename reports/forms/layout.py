"""The layout of a filled form on its worksheet: heads, merged headers, column numbers, rows, notes, signatures."""

import math
import textwrap
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from base.reference import cutoff_date, load_territory
from reports.certainty import PROVISIONAL
from reports.forms.fill import FilledForm, measure_of
from reports.forms.formulas import Number
from reports.forms.rows import AREA, TOTAL, Row
from reports.forms.specification import COUNT, STAGES, Column, Form, Layout
from reports.forms.year_figures import Area, YearFigures
from reports.numbers import count_vi

HEAD_ROWS = 8
_LINE_HEIGHT = 13.5
# In characters: running number, name, the least of a column of figures, of one in a form of many, of one with a long
# formula. Narrow columns are printed large, for a form is fitted to the paper.
_NUMBER_WIDTH, _NAME_WIDTH, _LINE_WIDTH, _WIDTH, _NARROW, _WIDE = 5.0, 26.0, 12.0, 8.5, 6.8, 16.0
_BESIDE_DIGITS = 2
_INDENT = 2
_NARROW_FROM = 22
_LONG_FORMULA = 20
_PLACE_AND_DATE = "……………, ngày …… tháng …… năm ………"
_OUR_NOTE = "Ghi chú của kho dữ liệu: "
_OURS = "Biểu bổ sung của kho dữ liệu, không thuộc Thông tư"


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
    leading: int = 2


def first_row_of_figures(columns: Sequence[Column]) -> int:
    """The row of the worksheet where the figures of a form with these columns begin."""
    return HEAD_ROWS + depth_of(columns) + 2


def lay_out(filled: FilledForm, area: Area, figures: YearFigures, layout: Layout | None = None) -> Sheet:
    """The worksheet of a filled form."""
    form = filled.form
    sheet = Sheet(form.sheet, footer=figures.release_id, leading=form.leading)
    lines = [_LINE_WIDTH] if form.lines_header else []
    sheet.widths = [_NUMBER_WIDTH, _NAME_WIDTH, *lines, *(_width(filled, column) for column in filled.columns)]
    put_head(sheet, form, area, figures)
    leading = ("TT", form.area_header, *([form.lines_header] if form.lines_header else []))
    put_headers(sheet, filled.columns, leading, [_shown(filled, column) for column in filled.columns])
    questioned = _questioned(filled, figures)
    _put_rows(sheet, filled, questioned)
    notes = [
        *form.notes,
        *_no_figures_of_units(filled, figures),
        *_differences(filled),
        *([figures.addenda[area.code]] if area.code in figures.addenda else []),
        *_what_is_questioned(filled, area, questioned),
        about(area, figures),
    ]
    has_signatures = layout is None or layout.has_signatures
    put_foot(sheet, filled.first_row + len(filled.rows), notes, has_signatures=has_signatures)
    return sheet


def _no_figures_of_units(filled: FilledForm, figures: YearFigures) -> list[str]:
    """Why some columns have a figure in the total alone."""
    measures = {measure_of(row, column) for row in filled.rows for column in filled.columns}
    return [figures.about_whole] if measures & figures.only_whole else []


def _differences(filled: FilledForm) -> list[str]:
    """One line on the figures of the total whose plain sum is not the warehouse's own figure of the area."""
    if not filled.differences:
        return []
    by_line: dict[str, list[str]] = {}
    for difference in sorted(filled.differences, key=lambda found: found.column.number or 0):
        text = f"cột {difference.column.number} là {count_vi(difference.figure)} (biểu: {count_vi(difference.shown)})"
        by_line.setdefault(difference.row.line.name or "", []).append(text)
    said = ". ".join(f"{name}: {', '.join(texts)}" for name, texts in by_line.items())
    return [
        "Tổng cộng là tổng số học của các đơn vị, nên hộ chuyển giữa các đơn vị trong biểu được tính ở cả nơi đi và "
        f"nơi đến. Nếu không tính các lần chuyển đó thì tổng cộng là: {said}."
    ]


def _questioned(filled: FilledForm, figures: YearFigures) -> dict[str, tuple[str, ...]]:
    """{code of a listed area: what is open about its figures in this form}, without those that are known."""
    of_movement = filled.form.areas_with == "movement"
    known = figures.moved_areas if of_movement else figures.areas
    areas = {row.listed: known[row.listed] for row in filled.rows if row.listed in known}
    found = {code: area.open_movement if of_movement else area.open for code, area in areas.items()}
    return {code: reasons for code, reasons in found.items() if reasons}


def _what_is_questioned(filled: FilledForm, area: Area, questioned: Mapping[str, Sequence[str]]) -> list[str]:
    """One line on what is open about the marked rows, areas with the same reason together. What is open about the
    area's own year is said with its stage."""
    names = {row.listed: row.name for row in filled.rows if row.listed and row.kind != TOTAL}
    by_reason: dict[str, list[str]] = {}
    for code, name in names.items():
        if code in questioned:
            by_reason.setdefault(", ".join(questioned[code]), []).append(name)
    said = [
        f"{reason}: {'tất cả các đơn vị' if len(named) == len(names) > 1 else ', '.join(named)}"
        for reason, named in by_reason.items()
    ]
    before = [reason for reason in questioned.get(area.code, ()) if reason not in area.open]
    if before and area.code not in names:
        said.append(f"{', '.join(before)}: tổng cộng")
    return [f"(*) Số liệu còn có thể thay đổi. {_capital('; '.join(said))}."] if said else []


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _width(filled: FilledForm, column: Column) -> float:
    """The width of a column of figures: room for its formula, its headers and its longest figure."""
    least = _NARROW if len(filled.columns) >= _NARROW_FROM else _WIDTH
    if len(_shown(filled, column)) > _LONG_FORMULA:
        least = _WIDE
    if column.number_format != COUNT:
        return least
    longest = max(len(count_vi(filled.entries[row.key, column.name].value)) for row in filled.rows)
    return max(least, longest + _BESIDE_DIGITS)


class Titled(Protocol):
    """What a head says of its form."""

    @property
    def title(self) -> str:
        """In capitals."""

    @property
    def unit(self) -> str:
        """The units of measure; "" where the form does not say them."""


def put_head(sheet: Sheet, form: Titled, area: Area, figures: YearFigures) -> None:
    """The head of every form: the circular's form, who reports, the national motto, the title; that figures are
    simulated. A form of our own says so, and of when and where it is."""
    middle, columns, year = _middle(sheet.widths), len(sheet.widths), figures.survey_year
    official = form if isinstance(form, Form) and form.circular else None
    cells = [
        (1, middle + 1, columns, official.circular if official else _OURS, "form_number"),
        (2, 1, middle, f"UBND {area.name.upper()}", "head_bold"),
        (2, middle + 1, columns, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "head_bold"),
        (3, 1, middle, "……………………………", "head"),
        (3, middle + 1, columns, "Độc lập - Tự do - Hạnh phúc", "motto"),
        (4, middle + 1, columns, _PLACE_AND_DATE, "remark"),
        (5, 1, columns, form.title.replace("{STAGE}", stage_of(area).upper()), "title"),
    ]
    line = f"Năm rà soát: {year}" if official else f"Năm {year} - Địa bàn: {area.name}{_where(area)}"
    if not official or official.has_year_line:
        cells.append((6, 1, columns, line, "subtitle"))
    if figures.notice:
        notice = f"({figures.notice.removesuffix('.')})"
        cells.append((7, 1, columns, notice, "notice"))
        sheet.heights[7] = _lines(notice, sum(sheet.widths) * 0.9) * _LINE_HEIGHT + 2
    if form.unit:
        cells.append((8, 1, columns, form.unit, "unit"))
    filled = {row for row, *_ in cells}
    sheet.cells += [Cell(row, first, text, style, None, row, last) for row, first, last, text, style in cells]
    sheet.heights |= dict.fromkeys({6, 7, 8} - filled, 6.0)
    sheet.heights |= {5: 20.0 * _lines(form.title, sum(sheet.widths) * 0.7)}


def stage_of(area: Area) -> str:
    """The stage of the review: provisional or final."""
    return STAGES[area.is_final]


def about(area: Area, figures: YearFigures) -> str:
    """The line of our own below a table: how far the figures can be trusted, of when and where they are."""
    cutoff = date.fromisoformat(cutoff_date(figures.survey_year))
    approved = (
        f"; được phê duyệt tại {figures.closed.decision}, người ký: {figures.closed.signer}" if figures.closed else ""
    )
    return (
        f"{_state(area)}{approved}; năm rà soát {figures.survey_year}; địa bàn: {area.name}{_where(area)}; "
        f"thời điểm chốt số liệu: {cutoff:%d/%m/%Y}."
    )


def _state(area: Area) -> str:
    """How far the figures can be trusted: provisional with the reason, or final."""
    reasons = [reason for reason in area.open if reason != PROVISIONAL]
    if area.is_final:
        return f"Số liệu chính thức{f', còn {reasons[0]}' if reasons else ''}"
    if PROVISIONAL in area.open:
        reasons.insert(0, "có đơn vị chưa báo cáo chính thức")
    return f"Số liệu sơ bộ: {', '.join(reasons)}"


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
            return min(max(index, 2), len(widths) - 1)
    return 2


def depth_of(columns: Sequence[Headed]) -> int:
    """How many rows of headers the columns have."""
    return max(len(column.headers) for column in columns)


def put_headers(
    sheet: Sheet, columns: Sequence[Headed], leading: Sequence[str], numbers: Sequence[str], top: int = HEAD_ROWS + 1
) -> int:
    """Put the merged headers and the column numbers below them; the row of the numbers.

    Args:
        sheet: gets the cells; its widths are there.
        columns: the numbered columns.
        leading: the headers of the columns before them. Two have the letters A and B, as printed; three have none.
        numbers: what stands in the number cells: `3`, `4=3/1*100`, nothing.
        top: the first row of the headers.
    """
    depth = depth_of(columns)
    bottom = top + depth - 1
    for column, text in enumerate(leading, start=1):
        sheet.cells.append(Cell(top, column, text, "header", None, bottom, column))
        sheet.cells.append(Cell(bottom + 1, column, "AB"[column - 1] if len(leading) <= 2 else None, "number"))
    heights = [1.0] * depth
    for level, first, last, text, is_leaf in _header_cells(columns):
        last_level = depth - 1 if is_leaf else level
        left, right = first + len(leading), last + len(leading)
        sheet.cells.append(Cell(top + level, left, text, "header", None, top + last_level, right))
        lines = _lines(text, sum(sheet.widths[left - 1 : right]))
        heights[last_level] = max(heights[last_level], lines - (last_level - level))
    sheet.heights |= {top + level: lines * _LINE_HEIGHT + 4 for level, lines in enumerate(heights)}
    lines = 1
    for column, text in enumerate(numbers, start=len(leading) + 1):
        sheet.cells.append(Cell(bottom + 1, column, text or None, "number"))
        lines = max(lines, math.ceil(len(text) / (sheet.widths[column - 1] * 1.2)))
    sheet.heights[bottom + 1] = lines * 11.0 + 4
    sheet.head = (top, bottom + 1)
    return bottom + 1


def _shown(filled: FilledForm, column: Column) -> str:
    """The number of a column as printed, with its formula where that reads numbered columns: `4=3/1*100`."""
    if column.number is None:
        return ""
    formula = column.formula
    if formula is None or any(operand.form or not filled.number(operand.column) for operand in formula.operands):
        return str(column.number)
    text = formula.shown(lambda operand: str(filled.number(operand.column)))
    return f"{column.number}={text}{'*100' if formula.is_ratio else ''}"


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
                # Columns without headers of their own share that of their group.
                while last + 1 < len(columns) and (
                    columns[last + 1].headers == shared if is_leaf else columns[last + 1].headers[: level + 1] == shared
                ):
                    last += 1
                yield level, first + 1, last + 1, headers[level], is_leaf
            first = last + 1


def _put_rows(sheet: Sheet, filled: FilledForm, questioned: Container[str]) -> None:
    form = filled.form
    by_key = {row.key: row for row in filled.rows}
    for offset, row in enumerate(filled.rows):
        number = filled.first_row + offset
        weight = "" if row.kind == AREA else "_bold"
        name = f"name{weight}{'_questioned' if _is_questioned(row, by_key, questioned) else ''}"
        if form.lines_header:
            if row.lines:
                last = number + row.lines - 1
                sheet.cells.append(Cell(number, 1, row.number or None, f"place{weight}", None, last, 1))
                sheet.cells.append(Cell(number, 2, row.name, name, None, last, 2))
            sheet.cells.append(Cell(number, 3, row.line.name, f"name{weight}"))
        else:
            sheet.cells.append(Cell(number, 1, (row.number if row.lines else "") or None, f"place{weight}"))
            sheet.cells.append(Cell(number, 2, row.line.name or row.name, name))
        for index, column in enumerate(filled.columns, start=form.leading + 1):
            entry = filled.entries[row.key, column.name]
            value = "" if entry.formula and entry.value is None else entry.value
            sheet.cells.append(Cell(number, index, value, f"{column.number_format}{weight}", entry.formula))
        sheet.heights[number] = row_height([("" if form.lines_header else row.name, _NAME_WIDTH)])


def _is_questioned(row: Row, by_key: Mapping[str, Row], questioned: Container[str]) -> bool:
    """Whether an area that the row names, or one that it sums, has an open question."""
    if row.listed:
        return row.listed in questioned
    return any(_is_questioned(by_key[part], by_key, questioned) for part in row.parts if part in by_key)


def row_height(texts: Sequence[tuple[str, float]]) -> float:
    """The height of a row in points whose texts are in columns of a width in characters."""
    return max(_lines(text, width - _INDENT) for text, width in texts) * _LINE_HEIGHT + 2


def put_foot(sheet: Sheet, row: int, notes: Sequence[str], *, has_signatures: bool = True) -> None:
    """Notes, which are ours, and signatures below the rows."""
    row += 1
    columns, total = len(sheet.widths), sum(sheet.widths)
    for number, note in enumerate(notes):
        text = f"{_OUR_NOTE}{note}" if number == 0 else note
        sheet.cells.append(Cell(row, 1, text, "note", None, row, columns))
        sheet.heights[row] = _lines(text, total * 1.15) * _LINE_HEIGHT + 2
        row += 1
    sheet.last_row = row
    if not has_signatures:
        return
    middle = _middle(sheet.widths)
    sheet.cells.append(Cell(row + 1, middle + 1, _PLACE_AND_DATE, "remark", None, row + 1, columns))
    sheet.cells.append(Cell(row + 2, 1, "Người lập biểu", "head_bold", None, row + 2, middle))
    sheet.cells.append(Cell(row + 2, middle + 1, "CHỦ TỊCH UBND", "head_bold", None, row + 2, columns))
    # Room to sign, inside the print area.
    sheet.last_row = row + 6


def _lines(text: str, width: float) -> int:
    return max(1, len(textwrap.wrap(text, max(4, int(width)))))
