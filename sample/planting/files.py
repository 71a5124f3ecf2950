"""Planted errors of level file: the workbook is not the one that was asked for."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from xlsxwriter.utility import xl_col_to_name

from base.forms import Column, Form, Sheet, form_of_year, load_forms
from base.reference import cutoff_date, load_units, read_table, units_valid_on
from sample import damage
from sample.communes import code_text
from sample.planting.planted import Expected
from sample.planting.sending import BESIDE, CURRENT, FileError, FileKind, UnsuitableError
from sample.submissions import Submission

_Changed = tuple[Submission, list[Expected]]


def _with_columns(form: Form, role: str, change: Callable[[tuple[Column, ...]], tuple[Column, ...]]) -> Form:
    """The form with another set of columns on a sheet."""
    sheet = form.sheets[role]
    return replace(form, sheets=form.sheets | {role: replace(sheet, columns=change(sheet.columns))})


def _without(form: Form, role: str, field: str) -> Form:
    return _with_columns(form, role, lambda columns: tuple(c for c in columns if c.field != field))


def _with_last(form: Form, role: str, column: Column) -> Form:
    return _with_columns(form, role, lambda columns: (*columns, column))


def _own_column(sheet: Sheet, header: str, field: str) -> Column:
    """A column or label of the commune's own at the end of a sheet."""
    return Column(len(sheet.columns) + 1, "", header, field, "text", False)


def _damaged(check_code: str, kind: str) -> FileError:
    def make(good: Submission, form: Form, rng: np.random.Generator) -> _Changed:
        return replace(good, damage=kind), [Expected(check_code)]

    return make


def _sheet_missing(good: Submission, form: Form, rng: np.random.Generator) -> _Changed:
    kept = {role: sheet for role, sheet in form.sheets.items() if role != "total"}
    return replace(good, layout=replace(form, sheets=kept)), [Expected("sheet_missing", form.sheets["total"].name)]


def _sheet_twice(good: Submission, form: Form, rng: np.random.Generator) -> _Changed:
    """A copy whose name differs by a space only, which Excel allows."""
    name = form.sheets["member"].name
    return replace(good, extra_sheet=name.replace(" ", "  ", 1)), [Expected("sheet_twice", name)]


def _sheet_ignored(good: Submission, form: Form, rng: np.random.Generator) -> _Changed:
    return replace(good, extra_sheet="Trang nháp"), [Expected("sheet_ignored")]


def _cover_field_missing(good: Submission, form: Form, rng: np.random.Generator) -> _Changed:
    expected = Expected("cover_field_missing", form.sheets["cover"].name, None, "province_name")
    return replace(good, layout=_without(form, "cover", "province_name")), [expected]


def _on_cover(check_code: str, field: str, value: str) -> FileError:
    """A wrong value on the cover, in a check that names its cell."""

    def make(good: Submission, form: Form, rng: np.random.Generator) -> _Changed:
        sheet = form.sheets["cover"]
        row = 1 + [column.field for column in sheet.columns].index(field)
        return replace(good, cover=good.cover | {field: value}), [Expected(check_code, sheet.name, row, field)]

    return make


def _unknown_form(good: Submission, form: Form, rng: np.random.Generator) -> _Changed:
    changed = replace(good, cover=good.cover | {"form_code": f"{form.form_code}-NHÁP"})
    return changed, [Expected("unknown_form", column="form_code")]


def _form_of_another_year(good: Submission, form: Form, rng: np.random.Generator) -> _Changed:
    """The form of the year before, filled in with the figures of this year."""
    before = form_of_year(load_forms(), form.first_survey_year - 1)
    if before is None:
        raise UnsuitableError
    changed = replace(good, layout=before, cover=good.cover | {"form_code": before.form_code})
    return changed, [Expected("form_of_another_year", column="form_code")]


def _cutoff_date_of_another_year(good: Submission, form: Form, rng: np.random.Generator) -> _Changed:
    changed = replace(good, cover=good.cover | {"cutoff_date": cutoff_date(good.survey_year - 1)})
    return changed, [Expected("cutoff_date_of_another_year", column="cutoff_date")]


def _unknown_commune(good: Submission, form: Form, rng: np.random.Generator) -> _Changed:
    """The code of a commune that was merged in the year, else one that no commune ever had."""
    units = units_valid_on(cutoff_date(good.survey_year))
    changes = [row for row in read_table("commune_succession") if row["effective_date"][:4] == str(good.survey_year)]
    gone = sorted({row["predecessor_code"] for row in changes} - set(units))
    gone = gone or [code_text(max(int(unit.commune_code) for unit in load_units()) + 1)]
    code = gone[int(rng.integers(0, len(gone)))]
    return replace(good, cover=good.cover | {"commune_code": code}), [
        Expected("unknown_commune", column="commune_code")
    ]


def _required_column_missing(good: Submission, form: Form, rng: np.random.Generator) -> _Changed:
    """A column under another header: one that is missing and one that is not known."""
    sheet, field = form.sheets["household"], "member_count"
    position = [column.field for column in sheet.columns].index(field)

    def rename(columns: tuple[Column, ...]) -> tuple[Column, ...]:
        return tuple(replace(column, header="Số người") if column.field == field else column for column in columns)

    return replace(good, layout=_with_columns(form, "household", rename)), [
        Expected("required_column_missing", sheet.name, None, field),
        Expected("unknown_column", sheet.name, None, xl_col_to_name(position)),
    ]


def _optional_column_missing(good: Submission, form: Form, rng: np.random.Generator) -> _Changed:
    expected = Expected("optional_column_missing", form.sheets["household"].name, None, "note")
    return replace(good, layout=_without(form, "household", "note")), [expected]


def _unknown_column(good: Submission, form: Form, rng: np.random.Generator) -> _Changed:
    sheet = form.sheets["household"]
    column = _own_column(sheet, "Số điện thoại", "phone")
    households = good.households | {"phone": [None] * len(good.households["household_code"])}
    expected = Expected("unknown_column", sheet.name, None, xl_col_to_name(len(sheet.columns)))
    return replace(good, layout=_with_last(form, "household", column), households=households), [expected]


def _column_twice(good: Submission, form: Form, rng: np.random.Generator) -> _Changed:
    sheet = form.sheets["household"]
    note = next(column for column in sheet.columns if column.field == "note")
    return replace(good, layout=_with_last(form, "household", note)), [
        Expected("column_twice", sheet.name, None, "note")
    ]


def _unknown_label(good: Submission, form: Form, rng: np.random.Generator) -> _Changed:
    sheet = form.sheets["total"]
    column = _own_column(sheet, "Số hộ thoát nghèo trong năm", "escaped_households")
    changed = replace(
        good,
        layout=_with_last(form, "total", column),
        totals=good.totals | {"escaped_households": int(rng.integers(1, 40))},
    )
    return changed, [Expected("unknown_label", sheet.name, len(sheet.columns) + 1)]


def _total_label_missing(good: Submission, form: Form, rng: np.random.Generator) -> _Changed:
    expected = Expected("total_label_missing", form.sheets["total"].name, None, "resident_persons")
    return replace(good, layout=_without(form, "total", "resident_persons")), [expected]


def _same_submission_number(good: Submission, form: Form, rng: np.random.Generator) -> _Changed:
    """A corrected file that still says it is the first."""
    totals = good.totals | {"resident_households": good.totals["resident_households"] + 4}
    return replace(good, totals=totals), [Expected("same_submission_number", column="submission_number")]


def _rejected(check_code: str, year_number: int, make: FileError, says_whose: bool = True) -> FileKind:
    return FileKind(check_code, year_number, make, is_rejected=True, says_whose=says_whose)


KINDS = (
    _rejected("not_a_workbook", 1, _damaged("not_a_workbook", damage.CUT), says_whose=False),
    _rejected("workbook_encrypted", 1, _damaged("workbook_encrypted", damage.PROTECTED), says_whose=False),
    _rejected("expands_too_far", 2, _damaged("expands_too_far", damage.BLOWN_UP), says_whose=False),
    _rejected("sheet_missing", 2, _sheet_missing),
    _rejected("sheet_twice", 7, _sheet_twice),
    FileKind("sheet_ignored", 3, _sheet_ignored, CURRENT),
    _rejected("cover_field_missing", 3, _cover_field_missing),
    _rejected("cover_value_empty", 3, _on_cover("cover_value_empty", "commune_name", "")),
    _rejected("cover_value_unreadable", 3, _on_cover("cover_value_unreadable", "maturity", "Gần xong")),
    _rejected("unknown_form", 4, _unknown_form),
    _rejected("form_of_another_year", 2, _form_of_another_year),
    _rejected("cutoff_date_of_another_year", 5, _cutoff_date_of_another_year),
    _rejected("unknown_commune", 5, _unknown_commune, says_whose=False),
    _rejected("required_column_missing", 4, _required_column_missing),
    FileKind("optional_column_missing", 4, _optional_column_missing, CURRENT),
    _rejected("unknown_column", 4, _unknown_column),
    _rejected("column_twice", 4, _column_twice),
    FileKind("unknown_label", 6, _unknown_label, CURRENT),
    _rejected("total_label_missing", 6, _total_label_missing),
    FileKind("same_submission_number", 8, _same_submission_number, BESIDE, is_rejected=True),
    FileKind("cover_place_differs", 8, _on_cover("cover_place_differs", "province_name", "Tỉnh Khác"), CURRENT),
)
