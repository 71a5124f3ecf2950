"""Small survey workbooks for tests, made from the form maps: right by default, wrong where a test says so."""

import io
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from openpyxl import Workbook

from base.forms import Form, Sheet

COMMUNE = {"F2021": "29161", "F2022": "29161", "F2025": "29158", "F2027": "29158"}
Row = Mapping[str, Any]


def household(form: Form, code: str = "29161-0001", **values: Any) -> dict[str, Any]:
    """A poor household that is consistent with itself."""
    labels = {name: {c: label for label, c in codes.items()} for name, codes in form.codes.items()}
    fields = {column.field for column in form.sheets["household"].columns}
    row = {
        "row_number": 1,
        "household_code": code,
        "head_name": "Nguyễn Văn Thử",
        "head_citizen_id": "083060000001",
        "head_birth": 1960,
        "head_sex": labels["head_sex"]["male"],
        "head_ethnicity": "Kinh",
        "hamlet": "Ấp 1",
        "area_class": labels["area_class"]["rural"],
        "member_count": 1,
        "b1_score": 130,
        "b2_score": 30,
        "income_per_capita_kvnd": 1200,
        "is_deprived_employment": "x",
        "is_deprived_dependants": "x",
        "is_deprived_health_insurance": "x",
        "recorded_class": labels["recorded_class"]["poor"],
        "poverty_group": 1,
    }
    return {name: value for name, value in (row | values).items() if name in fields}


def member(form: Form, code: str = "29161-0001", **values: Any) -> dict[str, Any]:
    fields = {column.field for column in form.sheets["member"].columns}
    row = {
        "household_code": code,
        "member_number": 1,
        "full_name": "Nguyễn Văn Thử",
        "birth": 1960,
        "birth_if_male": 1960,
        "sex": "Nam",
        "citizen_id": "083060000001",
        "ethnicity": "Kinh",
        "relation_to_head": "Chủ hộ",
    }
    return {name: value for name, value in (row | values).items() if name in fields}


def cover(form: Form, **values: Any) -> dict[str, Any]:
    is_merged = form.first_survey_year >= 2025  # into the province of Vĩnh Long
    row = {
        "form_code": form.form_code,
        "survey_year": form.first_survey_year,
        "province_name": "Tỉnh Vĩnh Long" if is_merged else "Tỉnh Bến Tre",
        "province_code": "86" if is_merged else "83",
        "district_name": "Huyện Ba Tri",
        "district_code": "836",
        "commune_name": "Xã An Hiệp",
        "commune_code": COMMUNE.get(form.name, "29158"),
        "cutoff_date": f"14/12/{form.first_survey_year}",
        "submission_number": 1,
        "maturity": "Chính thức",
        "prepared_by": "Dữ liệu thử",
    }
    fields = {column.field for column in form.sheets["cover"].columns}
    return {name: value for name, value in (row | values).items() if name in fields}


def total(form: Form, **values: Any) -> dict[str, Any]:
    row: dict[str, Any] = {column.field: 0 for column in form.sheets["total"].columns}
    row |= {
        "resident_households": 100,
        "resident_persons": 350,
        "poor_households": 1,
        "poor_persons": 1,
        "deprived_employment": 1,
        "deprived_dependants": 1,
        "deprived_health_insurance": 1,
    }
    return row | values


def workbook_bytes(
    form: Form,
    *,
    cover_values: Row | None = None,
    households: Sequence[Row] | None = None,
    members: Sequence[Row] | None = None,
    total_values: Row | None = None,
    change: Callable[[Workbook], None] | None = None,
) -> bytes:
    """A workbook of the form; `change` may spoil it before it is saved."""
    book = Workbook()
    book.remove(book.active)
    _write_labels(book, form.sheets["cover"], cover(form) | dict(cover_values or {}))
    _write_list(book, form.sheets["household"], [household(form)] if households is None else households)
    _write_list(book, form.sheets["member"], [member(form)] if members is None else members)
    _write_labels(book, form.sheets["total"], total(form) | dict(total_values or {}))
    if change:
        change(book)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _write_labels(book: Workbook, sheet: Sheet, values: Row) -> None:
    page = book.create_sheet(sheet.name)
    for number, column in enumerate(sheet.columns, start=1):
        page.cell(number, 1, column.header)
        page.cell(number, 2, values.get(column.field))


def _write_list(book: Workbook, sheet: Sheet, rows: Sequence[Row]) -> None:
    page = book.create_sheet(sheet.name)
    previous_group = ""
    for place, column in enumerate(sheet.columns, start=1):
        if sheet.header_rows == 2 and column.group:
            if column.group != previous_group:
                page.cell(sheet.first_header_row, place, column.group)
            page.cell(sheet.first_header_row + 1, place, column.header)
        else:
            page.cell(sheet.first_header_row, place, column.header)
        previous_group = column.group
    row_number = sheet.first_header_row + sheet.header_rows
    if sheet.has_column_number_row:
        for place in range(1, len(sheet.columns) + 1):
            page.cell(row_number, place, f"({place})")
        row_number += 1
    for row in rows:
        for place, column in enumerate(sheet.columns, start=1):
            page.cell(row_number, place, row.get(column.field))
        row_number += 1
    if sheet.has_total_row:
        page.cell(row_number, 1, "Tổng cộng")
