"""Excel files of laid-out sheets, with openpyxl.

Styles are made once per workbook and shared by cells: setting them cell by cell takes most of the time otherwise.
"""

from collections.abc import Sequence
from copy import copy
from io import BytesIO
from pathlib import Path

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from reports.forms.cached_values import Values, set_cached_values
from reports.forms.excel_text import looks_like_formula, put_text
from reports.forms.layout import Sheet
from reports.forms.paper import MARGIN_BOTTOM, MARGIN_FOOTER, MARGIN_SIDE, MARGIN_TOP, papers_down

READABLE = 0o640
_THIN = Side(style="thin")
_BOX = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)
_FAMILY = "Times New Roman"
# Separators and decimal comma are those of Vietnam wherever the program follows the language of a format.
_FORMATS = {"count": "[$-42A]#,##0", "rate": "[$-42A]0.00%", "decimal": "[$-42A]#,##0.0"}
# The mark is shown and not written: the cell still holds the name alone, by which sheets are compared.
_QUESTIONED = '@" (*)"'
_CENTRE = Alignment(horizontal="center", vertical="center", wrap_text=True)


def _styles() -> dict[str, dict[str, object]]:
    """Font, alignment, border and number format by the names that layouts use."""
    styles: dict[str, dict[str, object]] = {
        "head": {"font": Font(_FAMILY, 11), "alignment": Alignment(horizontal="center")},
        "head_bold": {"font": Font(_FAMILY, 11, bold=True), "alignment": Alignment(horizontal="center")},
        "motto": {
            "font": Font(_FAMILY, 11, bold=True, underline="single"),
            "alignment": Alignment(horizontal="center"),
        },
        "form_number": {"font": Font(_FAMILY, 11, bold=True), "alignment": Alignment(horizontal="right")},
        "title": {"font": Font(_FAMILY, 14, bold=True), "alignment": _CENTRE},
        "subtitle": {"font": Font(_FAMILY, 12, bold=True), "alignment": Alignment(horizontal="center")},
        "remark": {"font": Font(_FAMILY, 11, italic=True), "alignment": Alignment(horizontal="center")},
        "notice": {
            "font": Font(_FAMILY, 11, bold=True, color="C00000"),
            "alignment": Alignment(horizontal="center", vertical="center", wrap_text=True),
        },
        "unit": {"font": Font(_FAMILY, 10, italic=True), "alignment": Alignment(horizontal="right")},
        "note": {"font": Font(_FAMILY, 10, italic=True), "alignment": Alignment(wrap_text=True, vertical="top")},
        "header": {"font": Font(_FAMILY, 10, bold=True), "alignment": _CENTRE, "border": _BOX},
        "number": {"font": Font(_FAMILY, 9), "alignment": _CENTRE, "border": _BOX},
        "formula": {"font": Font(_FAMILY, 8, italic=True), "alignment": _CENTRE, "border": _BOX},
    }
    for weight, font in (
        ("", Font(_FAMILY, 11)),
        ("_bold", Font(_FAMILY, 11, bold=True)),
        ("_italic", Font(_FAMILY, 10, italic=True)),
    ):
        left = Alignment(horizontal="left", vertical="center", wrap_text=True, indent=1)
        styles[f"place{weight}"] = {"font": font, "alignment": _CENTRE, "border": _BOX}
        styles[f"name{weight}"] = {"font": font, "alignment": left, "border": _BOX}
        styles[f"name{weight}_questioned"] = {**styles[f"name{weight}"], "number_format": _QUESTIONED}
        for kind, number_format in _FORMATS.items():
            styles[f"{kind}{weight}"] = {
                "font": font,
                "alignment": Alignment(horizontal="right", vertical="center"),
                "border": _BOX,
                "number_format": number_format,
            }
    return styles


_BOXED = {name for name, style in _styles().items() if "border" in style}


def write_workbook(sheets: Sequence[Sheet], target: Path, title: str, mode: int = READABLE) -> None:
    """Write the sheets as one workbook.

    Args:
        sheets: what they hold, in order.
        target: the `.xlsx` file.
        title: the document's title property.
        mode: the file's rights.
    """
    book = Workbook()
    book.remove(book.active)
    book.properties.creator = "Kho dữ liệu hộ nghèo"
    book.properties.title = title
    palette = _palette(book)
    values: dict[str, Values] = {}
    for number, sheet in enumerate(sheets, start=1):
        page = book.create_sheet(sheet.name)
        values[f"xl/worksheets/sheet{number}.xml"] = _write_cells(page, sheet, palette)
        _set_up_print(page, sheet)
    del book["palette"]
    saved = BytesIO()
    book.save(saved)
    set_cached_values(saved, target, values, mode)


def _palette(book: Workbook) -> dict[str, object]:
    """The styles as openpyxl keeps them, from cells of a sheet that is removed before saving."""
    page = book.create_sheet("palette")
    made = {}
    for row, (name, style) in enumerate(_styles().items(), start=1):
        cell = page.cell(row, 1)
        for attribute, value in style.items():
            setattr(cell, attribute, value)
        made[name] = cell._style
    return made


def _write_cells(page: Worksheet, sheet: Sheet, palette: dict[str, object]) -> Values:
    """Write the cells; what the formulas show, by address."""
    shown: dict[str, int | float | str] = {}
    for item in sheet.cells:
        cell = page.cell(item.row, item.column)
        cell._style = palette[item.style]
        if item.formula is not None:
            cell.value = item.formula
            shown[cell.coordinate] = item.value if item.value is not None else ""
        elif isinstance(item.value, str):
            if looks_like_formula(item.value):
                # The mark is of this cell alone: it must not reach the others that share the style.
                cell._style = copy(cell._style)
            put_text(cell, item.value)
        elif item.value is not None:
            cell.value = item.value
        if item.last_row > item.row or item.last_column > item.column:
            if item.style in _BOXED:
                for row in range(item.row, item.last_row + 1):
                    for column in range(item.column, item.last_column + 1):
                        page.cell(row, column)._style = palette[item.style]
            page.merge_cells(None, item.row, item.column, item.last_row, item.last_column)
    return shown


def _set_up_print(page: Worksheet, sheet: Sheet) -> None:
    for index, width in enumerate(sheet.widths, start=1):
        page.column_dimensions[get_column_letter(index)].width = width
    for row, height in sheet.heights.items():
        page.row_dimensions[row].height = height
    first, last = sheet.head
    page.freeze_panes = f"{get_column_letter(max(sheet.leading, 2) + 1)}{last + 1}"
    page.print_title_rows = f"{first}:{last}"
    page.print_area = f"A1:{get_column_letter(len(sheet.widths))}{sheet.last_row}"
    page.page_setup.orientation = "landscape"
    page.page_setup.paperSize = page.PAPERSIZE_A4
    page.page_setup.fitToWidth = 1
    page.page_setup.fitToHeight = papers_down(sheet.widths, sheet.heights, sheet.head, sheet.last_row)
    page.sheet_properties.pageSetUpPr.fitToPage = True
    page.print_options.horizontalCentered = True
    page.page_margins.left = page.page_margins.right = MARGIN_SIDE
    page.page_margins.top, page.page_margins.bottom, page.page_margins.footer = MARGIN_TOP, MARGIN_BOTTOM, MARGIN_FOOTER
    page.oddFooter.left.text = f"Bản phát hành {sheet.footer}"
    page.oddFooter.right.text = "Trang &P/&N"
    page.sheet_view.showGridLines = False
