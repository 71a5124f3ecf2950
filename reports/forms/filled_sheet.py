"""Reading an official form that somebody filled in: which form it is, its numbered columns, its areas and lines.

Both layouts in use are read: the groups I and II with a total, and districts 1, 2 with their communes 1.1, 1.2.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from pathlib import Path
from zipfile import BadZipFile

from openpyxl import load_workbook
from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from base.text import key

HOUSEHOLDS, PERSONS = "household", "person"
ALL, POOR, NEAR_POOR = "all", "poor", "near_poor"
UNIT, GROUP, TOTAL = "unit", "group", "total"
TOTAL_COLUMN, SUM_COLUMN = "total", "sum"
_LAST_HEADER_ROW = 40
_FEWEST_COLUMNS = 5
_MOST_ROWS, _MOST_COLUMNS = 20_000, 80
_NUMBER_CELL = re.compile(r"\(?(\d{1,2})\)?(?:\s*[=:].*)?")
_LINES = {"hộ": HOUSEHOLDS, "số hộ": HOUSEHOLDS, "nhân khẩu": PERSONS, "khẩu": PERSONS, "số khẩu": PERSONS}
_CAUSE_LINES = {"hộ nghèo": POOR, "hộ cận nghèo": NEAR_POOR}
_YEAR = re.compile(key("năm rà soát") + r":?\s*(20\d\d)")
_NAMED_FORM = re.compile(r"mẫu (?:số )?7\.(\d{1,2})\b")


class UnreadableFormError(ValueError):
    """The file is no workbook that can be read; the message is one sentence in Vietnamese."""


@dataclass(frozen=True)
class Value:
    """What a cell says: a number as printed (percent as percent), or a text that is none. `decimals` as written."""

    cell: str
    number: Decimal | None
    text: str = ""

    @property
    def decimals(self) -> int:
        """Digits after the point, as far as they are written."""
        exponent = self.number.normalize().as_tuple().exponent if self.number is not None else 0
        return max(0, -exponent) if isinstance(exponent, int) else 0


@dataclass
class FilledArea:
    """An area of a sheet: kind of row, group, name, and by line the values by column."""

    kind: str
    group: str
    name: str
    number: str
    lines: dict[str, dict[int | str, Value]] = field(default_factory=dict)
    parts: list["FilledArea"] = field(default_factory=list)

    @property
    def key(self) -> tuple[str, str]:
        """What the same area is called on the other sheets."""
        return (self.group, TOTAL if self.kind == TOTAL else key(self.name))

    def count(self, line: str, column: int | str) -> Decimal | None:
        """The number in a cell; None where it is blank or no number."""
        value = self.lines.get(line, {}).get(column)
        return value.number if value else None

    def place(self, line: str, column: int | str) -> str:
        """The address of a cell."""
        value = self.lines.get(line, {}).get(column)
        return value.cell if value else ""


@dataclass
class FilledSheet:
    """A filled form. `body` is the one that reports, `columns` the printed numbers that it has."""

    file: str
    sheet: str
    form: int
    year: int | None
    body: str
    columns: Sequence[int]
    headers: Mapping[int | str, str]
    areas: list[FilledArea]

    def by_key(self) -> dict[tuple[str, str], FilledArea]:
        """The areas as the other sheets call them."""
        return {area.key: area for area in self.areas}


def read_filled(path: Path) -> list[FilledSheet]:
    """The official forms of a workbook; sheets that are none are left out. Raises UnreadableFormError."""
    try:
        book = load_workbook(path, data_only=True)
    except (BadZipFile, OSError, KeyError, ValueError, TypeError, AttributeError):
        raise UnreadableFormError(f"{path.name}: không mở được, không phải sổ Excel (.xlsx).") from None
    sheets = [sheet for page in book.worksheets if (sheet := _read_sheet(path.name, page))]
    years = [sheet.year for sheet in sheets if sheet.year]
    for sheet in sheets:
        sheet.year = sheet.year or (years[0] if years else None)
    return sheets


def _read_sheet(file: str, page: Worksheet) -> FilledSheet | None:
    found = _number_row(page)
    if found is None:
        return None
    number_row, columns = found
    # What a merged cell says is in its first cell.
    head = [
        key(str(cell.value))
        for row in page.iter_rows(max_row=number_row, max_col=_MOST_COLUMNS)
        for cell in row
        if isinstance(cell.value, str)
    ]
    form = _form(head)
    if form is None:
        return None
    first = min(columns.values())
    headers: dict[int | str, str] = {number: _header(page, number_row, index) for number, index in columns.items()}
    places: dict[int | str, int] = {number: index for number, index in columns.items()}  # noqa: C416
    for index in range(3, first):
        text = _header(page, number_row, index)
        name = SUM_COLUMN if "thiếu hụt" in text else TOTAL_COLUMN if text.startswith("tổng số hộ") else None
        if name:
            places[name], headers[name] = index, text
    body = next((text.removeprefix("ubnd ") for text in head if text.startswith("ubnd ")), "")
    areas = _areas(page, number_row + 1, first, places, form)
    if not areas:
        return None
    texts = (str(value) for (value,) in page.iter_rows(max_col=1, values_only=True, max_row=_MOST_ROWS) if value)
    year = next((int(match[1]) for text in [*head, *map(key, texts)] if (match := _YEAR.search(text))), None)
    return FilledSheet(file, page.title, form, year, body, sorted(columns), headers, areas)


def _number_row(page: Worksheet) -> tuple[int, dict[int, int]] | None:
    """The row of column numbers and where each of them stands."""
    for row in page.iter_rows(max_row=_LAST_HEADER_ROW, max_col=_MOST_COLUMNS):
        numbers: dict[int, int] = {}
        for cell in row:
            match = _NUMBER_CELL.fullmatch(str(cell.value).strip()) if cell.value is not None else None
            if match and int(match[1]) == len(numbers) + 1:
                numbers[int(match[1])] = int(cell.column or 0)
        if len(numbers) >= _FEWEST_COLUMNS:
            return int(row[0].row or 0), numbers
    return None


def _form(head: Sequence[str]) -> int | None:
    """Which of the forms 7.1 to 7.10 it is: its title says so, else the line that names the circular."""
    title = next((text for text in head if text.startswith(("tổng hợp", "phân tích", "phân nhóm"))), "")
    near = "của hộ cận nghèo" in title
    for words, form in (
        ("diễn biến hộ cận nghèo", 3),
        ("diễn biến hộ nghèo", 2),
        ("nhóm đối tượng", 8),
        ("dân tộc", 9),
        ("nguyên nhân", 10),
        ("tỷ lệ các chỉ số", 7 if near else 5),
        ("chỉ số thiếu hụt", 6 if near else 4),
        ("tổng hợp kết quả", 1),
    ):
        if words in title:
            return form
    named = (match for text in head if (match := _NAMED_FORM.search(text)))
    return next((int(match[1]) for match in named if 1 <= int(match[1]) <= 10), None)


def _header(page: Worksheet, number_row: int, column: int) -> str:
    """The lowest header above a number."""
    for row in range(number_row - 1, max(0, number_row - 8), -1):
        value = page.cell(row, column).value
        if isinstance(value, str) and value.strip():
            return key(value)
    return ""


def _areas(
    page: Worksheet, first_row: int, first_column: int, places: Mapping[int | str, int], form: int
) -> list[FilledArea]:
    areas: list[FilledArea] = []
    group = district = ""
    for row in page.iter_rows(min_row=first_row, max_row=_MOST_ROWS, max_col=max(places.values())):
        number, name = _text(row[0]), _text(row[1])
        line = next((_LINES[text] for cell in row[2 : first_column - 1] if (text := key(_text(cell))) in _LINES), None)
        cause = _CAUSE_LINES.get(key(name).lstrip("- ")) if form == 10 and not number else None
        values = {column: value for column, index in places.items() if (value := _value(row[index - 1]))}
        if not name and line is None:
            if values and number:
                continue
            if areas and not values:
                break
            continue
        if cause is None and name and (line is None or line == HOUSEHOLDS or not areas):
            kind = _kind(number, name)
            if kind == GROUP:
                group = key(name)
            if kind is None:
                break
            area = FilledArea(kind, "" if kind == TOTAL else group, name, number)
            if "." in number and kind == UNIT:
                area.group = district
            elif kind == UNIT and not group:
                district = key(name)
            areas.append(area)
        if areas:
            areas[-1].lines[line or cause or (ALL if form == 10 else HOUSEHOLDS)] = values
    return _with_parts(areas)


def _kind(number: str, name: str) -> str | None:
    text = key(name)
    if text.startswith("tổng cộng") or text == "tổng số":
        return TOTAL
    if number in ("I", "II") or text in ("khu vực thành thị", "khu vực nông thôn"):
        return GROUP
    if text.startswith(("người lập", "ghi chú")):
        return None
    return UNIT


def _with_parts(areas: list[FilledArea]) -> list[FilledArea]:
    """Say what each group and total is the sum of."""
    groups = [area for area in areas if area.kind == GROUP]
    for area in areas:
        if area.kind == GROUP:
            area.parts = [part for part in areas if part.kind == UNIT and part.group == area.group]
        elif area.kind == TOTAL:
            area.parts = groups or [part for part in areas if part.kind == UNIT]
        elif not groups and area.number.isdecimal():
            area.parts = [part for part in areas if part.number.startswith(f"{area.number}.")]
    return areas


def _text(cell: Cell | MergedCell) -> str:
    value = cell.value
    return "" if value is None else str(value).strip()


def _value(cell: Cell | MergedCell) -> Value | None:
    """The value of a cell of figures; None where it is blank."""
    raw = cell.value
    if raw is None or (isinstance(raw, str) and not raw.strip()) or isinstance(raw, bool):
        return None
    place = f"{get_column_letter(int(cell.column or 1))}{cell.row}"
    text = str(raw).strip()
    is_percent = text.endswith("%") or (not isinstance(raw, str) and "%" in str(cell.number_format))
    if isinstance(raw, str):
        text = _plain(text.removesuffix("%").strip())
        scale = 1
    else:
        scale = 100 if is_percent else 1
    try:
        number = Decimal(text) * scale
    except InvalidOperation:
        return Value(place, None, str(raw))
    return Value(place, number) if number.is_finite() else Value(place, None, str(raw))


def _plain(text: str) -> str:
    """A typed number: points group thousands where exactly three digits follow each, a comma is the decimal sign."""
    if re.fullmatch(r"\d{1,3}(\.\d{3})+(,\d+)?", text):
        text = text.replace(".", "")
    return text.replace(",", ".")


def units_of(sheet: FilledSheet) -> Iterator[FilledArea]:
    """The rows that are no sums."""
    return (area for area in sheet.areas if area.kind == UNIT)
