"""The cell addresses of a form's fields in a received workbook, found by the same matching as in ingestion.

Columns may come in any order, so only the file itself shows them. No cell value leaves this module.
"""

from dataclasses import dataclass, field

from openpyxl.utils import get_column_letter

from base import text
from base.forms import Form
from ingestion.cover import read_cover
from ingestion.extract import LABEL_ROLES, LIST_ROLES
from ingestion.headers import LabelMatch, match_headers, match_labels, match_sheets
from ingestion.open_workbook import RejectedWorkbookError, Workbook, open_workbook


@dataclass
class CellAddresses:
    """The places of one workbook's fields; empty where it cannot be read.

    `columns`: (sheet key, field) -> column letter. `rows`: (sheet key, field) -> row, for fields of the cover and the
    totals. `cover_sheet`: the cover's name in the file.
    """

    columns: dict[tuple[str, str], str] = field(default_factory=dict)
    rows: dict[tuple[str, str], int] = field(default_factory=dict)
    cover_sheet: str | None = None

    def column(self, sheet: str, name: str) -> str | None:
        """The letter of a field's column; of a label field, that of its value. None when the file lacks it."""
        return self.columns.get((text.key(sheet), name))

    def row(self, sheet: str, name: str) -> int | None:
        """The row of a label field. None for fields of lists and when the file lacks it."""
        return self.rows.get((text.key(sheet), name))


def locate_fields(content: bytes, forms: dict[str, Form]) -> CellAddresses:
    """The cell addresses of the fields of a workbook. Raises nothing that its content can cause."""
    places = CellAddresses()
    try:
        workbook = open_workbook(content)
    except RejectedWorkbookError:
        return places
    cover = read_cover(workbook, forms)
    places.cover_sheet = cover.sheet_name
    form = cover.form
    if form is None:
        if cover.sheet_name:
            _add_labels(places, workbook, cover.sheet_name, cover.labels)
        return places
    found, _ = match_sheets(workbook.sheet_names, form.sheets)
    for role in LIST_ROLES:
        if role in found:
            _add_list(places, workbook, found[role], form, role)
    for role in LABEL_ROLES:
        if role in found:
            match = match_labels(workbook.cells(found[role]), form.sheets[role].columns)
            _add_labels(places, workbook, found[role], match)
    return places


def _add_list(places: CellAddresses, workbook: Workbook, sheet_name: str, form: Form, role: str) -> None:
    sheet = form.sheets[role]
    cells = workbook.cells(sheet_name)
    header_rows = [cells.row(sheet.first_header_row + row) for row in range(sheet.header_rows)]
    match = match_headers(header_rows, sheet, [True] * len(header_rows[0]), cells.column_numbers)
    for name, position in match.column_of_field.items():
        places.columns[text.key(sheet_name), name] = get_column_letter(cells.column_numbers[position])


def _add_labels(places: CellAddresses, workbook: Workbook, sheet_name: str, match: LabelMatch) -> None:
    letter = get_column_letter(workbook.cells(sheet_name).column_numbers[0] + 1)
    for name, (row, _, _) in match.values.items():
        places.columns[text.key(sheet_name), name] = letter
        places.rows[text.key(sheet_name), name] = row
