"""An Excel workbook in the look of the audit report: sheets with frozen, filtered headings, ready to print."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import ceil
from pathlib import Path
from typing import Any

import xlsxwriter

LINE_HEIGHT = 13.5
_FILLED = 0.95  # words do not fill a line to its end
_FORMULA_SIGNS = ("=", "+", "-", "@")
# Separators are those of Vietnam wherever the program follows the language of a format.
_COUNT, _DECIMAL, _DAY, _PLACE = "[$-42A]#,##0", "[$-42A]#,##0.00##", "dd/mm/yyyy", "0"


@dataclass(frozen=True)
class Column:
    """A heading, its width in characters, whether long text wraps, and whether numbers are places and no counts."""

    heading: str
    width: int = 12
    wraps: bool = False
    is_place: bool = False


def row_height(cells: Iterable[tuple[Any, int]]) -> float:
    """The height in points for wrapped texts in columns of a width: not every program finds it by itself."""
    lines = max((ceil(len(str(text or "")) / (_FILLED * width)) for text, width in cells), default=1)
    return LINE_HEIGHT * max(lines, 1)


class Book:
    """A workbook with our formats; text that looks like a formula stays text."""

    def __init__(self, path: Path, created: datetime):
        path.parent.mkdir(parents=True, exist_ok=True)
        self.file = xlsxwriter.Workbook(
            str(path),
            {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "in_memory": False},
        )
        self.file.set_properties({"title": "Báo cáo kiểm toán số liệu", "created": created})
        look = {"font_name": "Arial", "font_size": 10, "valign": "top"}
        self._title = self.file.add_format({**look, "bold": True, "font_size": 14})
        self._head = self.file.add_format(
            {**look, "bold": True, "text_wrap": True, "bg_color": "#E6EBF0", "border": 1, "border_color": "#8A96A3"}
        )
        self._formats = {
            (wraps, kind): self.file.add_format(
                {**look, "text_wrap": wraps, **({"num_format": kind} if kind else {}), **({"quote_prefix": True}
                 if kind == "@" else {})}
            )
            for wraps in (False, True)
            for kind in ("", _COUNT, _DECIMAL, _DAY, _PLACE, "@")
        }  # fmt: skip

    def sheet(self, name: str, title: str, columns: Sequence[Column], rows: Iterable[Sequence[Any]]) -> None:
        """A sheet with a title, frozen and filtered headings in row 3, and rows from row 4 on."""
        sheet = self.file.add_worksheet(name)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(0.4, 0.4, 0.5, 0.5)
        sheet.repeat_rows(2)
        sheet.set_footer("&L&A&RTrang &P / &N")
        sheet.freeze_panes(3, 0)
        sheet.hide_gridlines(0)  # long rows are followed along their lines, on paper too
        for place, column in enumerate(columns):
            sheet.set_column(place, place, column.width)
        sheet.write_string(0, 0, title, self._title)
        sheet.set_row(2, row_height((column.heading, column.width) for column in columns))
        for place, column in enumerate(columns):
            sheet.write_string(2, place, column.heading, self._head)
        last = 2
        wrapping = [(place, column.width) for place, column in enumerate(columns) if column.wraps]
        for last, row in enumerate(rows, start=3):
            height = row_height((row[place], width) for place, width in wrapping if place < len(row))
            if height > LINE_HEIGHT:
                sheet.set_row(last, height)
            for place, value in enumerate(row):
                self._write(sheet, last, place, value, columns[place])
        sheet.autofilter(2, 0, max(last, 3), len(columns) - 1)

    def _write(self, sheet: Any, row: int, place: int, value: Any, column: Column) -> None:
        wraps = column.wraps
        if value is None or value == "":
            return
        if isinstance(value, bool):
            sheet.write_string(row, place, "có" if value else "không", self._formats[wraps, ""])
        elif isinstance(value, int):
            sheet.write_number(row, place, value, self._formats[wraps, _PLACE if column.is_place else _COUNT])
        elif isinstance(value, float):
            kind = _COUNT if value.is_integer() else _DECIMAL
            sheet.write_number(row, place, value, self._formats[wraps, kind])
        elif isinstance(value, datetime):
            sheet.write_datetime(row, place, value, self._formats[wraps, _DAY])
        else:
            text = str(value)
            sheet.write_string(row, place, text, self._formats[wraps, "@" if text.startswith(_FORMULA_SIGNS) else ""])
