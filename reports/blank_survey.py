"""The workbook that a commune fills in: the form of the year with last year's list, drop-downs, checks while typing and
live totals.

It holds names, so it goes to `$POVERTY_HOME/private/templates/<year>/`, for the owner alone. Everything that a form is
comes from the form maps: a new form needs no change here.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from pathlib import Path

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from base.forms import Column, Form, Sheet, form_of_year, load_forms
from base.home import Home
from base.reference import Unit, cutoff_date, load_units, successor_on, survey_years, units_valid_on
from reports.forms.cached_values import set_cached_values
from reports.forms.excel_text import put_text
from reports.forms.household_lists import private_side, read_last_list

OWNER_FILE = 0o600
SPARE_ROWS = 2000
_MARK = "x"
_LISTED = ("poor", "near_poor")
_LONGEST_LIST = 255
_OLD_CARD, _CARD = 9, 12
_HEAD = {
    "font": Font("Times New Roman", 11, bold=True),
    "fill": PatternFill("solid", fgColor="DDEBF7"),
    "alignment": Alignment(horizontal="center", vertical="center", wrap_text=True),
    "border": Border(*(Side(style="thin") for _ in range(4))),
}
_TEXT_FORMAT = "@"
_WIDTHS = {"text": 24.0, "code": 16.0, "mark": 9.0}
_OTHER_WIDTH = 11.0


class NoTemplateError(ValueError):
    """There is no workbook to make; the message says why, in one sentence."""


@dataclass(frozen=True)
class Template:
    """A workbook that was written, of which unit, how many households of last year it lists."""

    path: Path
    unit: Unit
    households: int


def unit_of(code: str, survey_year: int) -> Unit:
    """The unit that surveys a year in place of a commune: itself, or its successor where it was abolished before.

    Raises NoTemplateError for a code that the territory never had, and for one that came later.
    """
    on = cutoff_date(survey_year)
    here = units_valid_on(on)
    if code in here:
        return here[code]
    versions = [unit for unit in load_units() if unit.commune_code == code and unit.valid_from <= on]
    if not versions:
        raise NoTemplateError(f"Commune {code} is no commune of survey year {survey_year}.")
    return carried(max(versions, key=lambda unit: unit.valid_from), on)


def carried(unit: Unit, on: str) -> Unit:
    """The unit that holds the ground of a unit on a later ISO date. Raises NoTemplateError where there is none."""
    holder = successor_on(unit, on)
    if holder is None:
        raise NoTemplateError(f"Commune {unit.commune_code} has no successor on {on}.")
    return holder


def make_templates(home: Home, survey_year: int, commune: str | None = None) -> list[Template]:
    """Write the workbook of one commune of a year, or of all.

    Without households of the year before in the warehouse the list is empty.

    Raises NoTemplateError where the year has no form or the commune is none of it; NoFormsError when the private side
    is in use or not what was published.
    """
    form = form_of_year(load_forms(), survey_year)
    if form is None:
        raise NoTemplateError(f"There is no survey form for {survey_year}.")
    on = cutoff_date(survey_year)
    units = [unit_of(commune, survey_year)] if commune else list(units_valid_on(on).values())
    folder = home.private_folder("templates", str(survey_year))
    before = survey_year - 1
    if before not in survey_years() or not home.current.exists():
        return [_write(folder, form, unit, survey_year, []) for unit in units]
    sources: dict[str, list[str]] = {}
    for old in units_valid_on(cutoff_date(before)).values():
        sources.setdefault(carried(old, on).commune_code, []).append(old.commune_code)
    with private_side(home, before):
        return [
            _write(folder, form, unit, survey_year, read_last_list(home, before, sources.get(unit.commune_code, [])))
            for unit in units
        ]


def _write(
    folder: Path, form: Form, unit: Unit, survey_year: int, households: Sequence[Mapping[str, object]]
) -> Template:
    book = Workbook()
    book.remove(book.active)
    book.calculation.fullCalcOnLoad = True
    cover = book.create_sheet(form.sheets["cover"].name)
    _put_labels(cover, form, "cover", _cover(form, unit, survey_year))
    rows = _household_rows(form, households)
    for role, filled in (("household", rows), ("member", [])):
        _put_list(book.create_sheet(form.sheets[role].name), form, form.sheets[role], filled)
    totals = book.create_sheet(form.sheets["total"].name)
    formulas = _total_formulas(form)
    _put_labels(totals, form, "total", formulas)
    path = folder / f"ra-soat-{survey_year}-{unit.commune_code}.xlsx"
    saved = BytesIO()
    book.save(saved)
    # Nothing is filled in yet, so every total is 0; readers that do not calculate see that.
    cells = {cell.coordinate: 0 for cell in totals["B"] if isinstance(cell.value, str) and cell.value.startswith("=")}
    values = {f"xl/worksheets/sheet{book.index(totals) + 1}.xml": cells} if cells else {}
    set_cached_values(saved, path, values, OWNER_FILE)
    return Template(path, unit, len(rows))


def _cover(form: Form, unit: Unit, survey_year: int) -> dict[str, object]:
    provisional = next((label for label, code in form.codes.get("maturity", {}).items() if code == "provisional"), None)
    return {
        "form_code": form.form_code,
        "survey_year": survey_year,
        "province_name": unit.province_name,
        "province_code": unit.province_code,
        "district_name": unit.district_name,
        "district_code": unit.district_code,
        "commune_name": unit.commune_name,
        "commune_code": unit.commune_code,
        "cutoff_date": f"{date.fromisoformat(cutoff_date(survey_year)):%d/%m/%Y}",
        "submission_number": 1,
        "maturity": provisional,
    }


def _household_rows(form: Form, households: Sequence[Mapping[str, object]]) -> list[dict[str, object]]:
    """Last year's households as rows of this year. A code that two of them share is left to be given again."""
    shared = Counter(household["household_code"] for household in households)
    labels = {code: label for label, code in form.codes.get("previous_class", {}).items()}
    rows = []
    for number, household in enumerate(households, start=1):
        code = household["household_code"]
        rows.append(
            {
                "row_number": number,
                "household_code": code if shared[code] == 1 else None,
                "previous_household_code": code,
                "head_name": household["head_name"],
                "hamlet": household["hamlet"],
                "previous_class": labels.get(str(household["poverty_class"])),
            }
        )
    return rows


def _put_labels(page: Worksheet, form: Form, role: str, values: Mapping[str, object]) -> None:
    """A sheet of labels in column A and values in B; the labels are locked."""
    page.column_dimensions["A"].width, page.column_dimensions["B"].width = 44, 32
    for number, column in enumerate(form.sheets[role].columns, start=1):
        label, cell = page.cell(number, 1, column.header), page.cell(number, 2)
        label.font = _HEAD["font"]
        value = values.get(column.field)
        if isinstance(value, str) and not value.startswith("="):
            cell.number_format = _TEXT_FORMAT
            put_text(cell, value)
        elif value not in (None, ""):
            cell.value = value
        cell.protection = Protection(locked=isinstance(value, str) and value.startswith("="))
        if role == "total" or column.field == "submission_number":
            _add(page, cell.coordinate, "whole", "0", "Số nguyên, không âm.")
        elif column.field in form.codes:
            _add(page, cell.coordinate, "list", _choices(form.codes[column.field]), "Chọn một giá trị trong danh sách.")
    _protect(page)


def _put_list(page: Worksheet, form: Form, sheet: Sheet, rows: Sequence[Mapping[str, object]]) -> None:
    """A list: headers locked, everything below them open, each column with its check."""
    top, first = sheet.first_header_row, first_list_row(sheet)
    last = first + len(rows) + SPARE_ROWS - 1
    _put_list_headers(page, sheet)
    for place, column in enumerate(sheet.columns, start=1):
        dimension = page.column_dimensions[get_column_letter(place)]
        dimension.width = _WIDTHS.get(column.type, _OTHER_WIDTH)
        dimension.protection = Protection(locked=False)
        if column.type in ("code", "text"):
            dimension.number_format = _TEXT_FORMAT
        _check_column(page, form, sheet, column, place, first, last)
    for offset, row in enumerate(rows):
        for place, column in enumerate(sheet.columns, start=1):
            value = row.get(column.field)
            if value is None:
                continue
            cell = page.cell(first + offset, place)
            cell.protection = Protection(locked=False)
            if isinstance(value, str):
                cell.number_format = _TEXT_FORMAT
                put_text(cell, value)
            else:
                cell.value = value
    if sheet.has_total_row:
        page.cell(last + 1, 1, "Tổng cộng").font = _HEAD["font"]
    page.freeze_panes = f"A{first}"
    page.print_title_rows = f"{top}:{first - 1}"
    _protect(page)


def first_list_row(sheet: Sheet) -> int:
    """The row of a list below its headers and column numbers."""
    return sheet.first_header_row + sheet.header_rows + sheet.has_column_number_row


def _put_list_headers(page: Worksheet, sheet: Sheet) -> None:
    top = sheet.first_header_row
    bottom = top + sheet.header_rows - 1
    group_start = 1
    for place, column in enumerate(sheet.columns, start=1):
        has_group = sheet.header_rows > 1 and bool(column.group)
        page.cell(bottom if has_group else top, place, column.header)
        if has_group:
            if place == 1 or sheet.columns[place - 2].group != column.group:
                group_start = place
                page.cell(top, place, column.group)
            if place == len(sheet.columns) or sheet.columns[place].group != column.group:
                page.merge_cells(None, top, group_start, top, place)
        elif sheet.header_rows > 1:
            page.merge_cells(None, top, place, bottom, place)
        if sheet.has_column_number_row:
            page.cell(bottom + 1, place, f"({place})")
    for row in page.iter_rows(min_row=top, max_row=first_list_row(sheet) - 1, max_col=len(sheet.columns)):
        for cell in row:
            for attribute, value in _HEAD.items():
                setattr(cell, attribute, value)
            cell.protection = Protection(locked=True)


def _check_column(page: Worksheet, form: Form, sheet: Sheet, column: Column, place: int, first: int, last: int) -> None:
    letter = get_column_letter(place)
    block = f"{letter}{first}:{letter}{last}"
    if column.field in form.codes:
        choices = _choices(form.codes[column.field])
        if len(choices) <= _LONGEST_LIST:
            _add(page, block, "list", choices, "Chọn một giá trị trong danh sách.")
    elif column.type == "mark":
        _add(page, block, "list", f'"{_MARK}"', "Đánh dấu x, hoặc để trống.")
    elif column.type == "integer":
        _add(page, block, "whole", "0", "Số nguyên, không âm.")
    elif column.type == "decimal":
        _add(page, block, "decimal", "0", "Số, không âm.")
    elif column.field.endswith("citizen_id"):
        formula = f"OR(LEN({letter}{first})={_CARD},LEN({letter}{first})={_OLD_CARD})"
        _add(page, block, "custom", formula, "CCCD có 12 chữ số, CMND có 9 chữ số.")
    elif column.field == "household_code" and sheet.role == "household":
        formula = f"COUNTIF(${letter}${first}:${letter}${last},{letter}{first})=1"
        _add(page, block, "custom", formula, "Mã hộ này đã có ở dòng khác.")


def _choices(codes: Mapping[str, str]) -> str:
    return '"' + ",".join(label for label in codes if "," not in label) + '"'


def _add(page: Worksheet, block: str, kind: str, formula: str, message: str) -> None:
    operator = "greaterThanOrEqual" if kind in ("whole", "decimal") else None
    check = DataValidation(kind, formula1=formula, operator=operator, allow_blank=True, showErrorMessage=True)
    check.errorTitle, check.error = "Chưa đúng", message
    check.add(block)
    page.add_data_validation(check)


def _protect(page: Worksheet) -> None:
    """Lock what is not to be typed over; columns may be widened and rows sorted out."""
    page.protection.sheet = True
    page.protection.formatColumns = page.protection.formatRows = False
    page.protection.autoFilter = page.protection.sort = False


def _total_formulas(form: Form) -> dict[str, object]:
    """The totals that the list gives, as formulas over it; residents are typed."""
    sheet = form.sheets["household"]
    first = first_list_row(sheet)
    letters = {column.field: get_column_letter(place) for place, column in enumerate(sheet.columns, start=1)}
    labels: dict[str, str] = {}
    for label, code in form.codes.get("recorded_class", {}).items():
        labels.setdefault(code, label)

    def block(field: str) -> str:
        # Open to the end, so that a list longer than the checked rows counts too.
        return f"'{sheet.name}'!${letters[field]}${first}:${letters[field]}$20000"

    formulas: dict[str, object] = {}
    for column in form.sheets["total"].columns:
        field = column.field
        poverty_class, _, unit = field.rpartition("_")
        mark = f"is_{field}"
        if poverty_class in _LISTED and unit == "households":
            formulas[field] = f'=COUNTIF({block("recorded_class")},"{labels[poverty_class]}")'
        elif poverty_class in _LISTED and unit == "persons":
            formulas[field] = f'=SUMIF({block("recorded_class")},"{labels[poverty_class]}",{block("member_count")})'
        elif mark in letters:
            formulas[field] = "=" + "+".join(
                f'COUNTIFS({block("recorded_class")},"{labels[name]}",{block(mark)},"{_MARK}")' for name in _LISTED
            )
    return formulas
