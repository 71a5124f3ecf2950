"""Read and judge the cover sheet: form, commune, survey year and submission. The file's name means nothing."""

import re
from dataclasses import dataclass, field
from datetime import date

import pyarrow as pa

from base import text
from base.forms import Form
from base.reference import Unit, cutoff_date, load_territory, load_units, units_valid_on
from ingestion.field_text import field_kinds, field_text, kind_decides
from ingestion.findings import Finding, file_finding
from ingestion.headers import LabelMatch, match_labels
from ingestion.open_workbook import Workbook

_WHOLE_NUMBER = re.compile(r"^(\d{1,9})(?:[.,]0+)?$", re.ASCII)
# The sheet of the list of what to correct, which a commune answers and sends back; it is no survey workbook.
CORRECTION_LIST = "Phải sửa"
_NO_SURVEY = (
    ": tệp này là danh sách cần sửa, không phải phiếu rà soát; hãy gửi danh sách đã trả lời cho người vận hành, "
    "ngoài thư mục nhận phiếu"
)
_COMMUNE_CODE_LENGTH = 5
_SURVEY_YEARS = range(2021, 2100)
_SUBMISSION_NUMBERS = range(1, 1000)
# What stands in for a value that Excel shows as an error: it cannot be what any line of the cover needs.
_ERROR_SIGN = "#"
_DATE_CELL = re.compile(r"^(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})(?: [\d:.]{1,20})?$", re.ASCII)
_DATE_TEXT = re.compile(
    r"^(?:ngày )?(?P<day>\d{1,2})(?: ?[/.-] ?| tháng )(?P<month>\d{1,2})(?: ?[/.-] ?| năm )(?P<year>\d{4})$", re.ASCII
)
# What stands before the name of a province or district, as it is printed or shortened.
_KIND_OF_PLACE = re.compile(r"^(tỉnh|thành phố|thị xã|huyện|quận|tp|tx|t|h|q)[.\s]+")


@dataclass
class Cover:
    """What the cover says; None where it could not be read."""

    form: Form | None = None
    sheet_name: str | None = None
    survey_year: int | None = None
    commune_code: str | None = None
    commune_valid_from: str | None = None
    submission_number: int | None = None
    maturity: str | None = None
    labels: LabelMatch = field(default_factory=LabelMatch)
    findings: list[Finding] = field(default_factory=list)


def read_whole_number(value: str | None, within: range | None = None) -> int | None:
    """A whole number of a cover cell of at most nine digits, None for anything else or outside `within`."""
    found = _WHOLE_NUMBER.match(text.fold(value or ""))
    number = int(found.group(1)) if found else None
    return number if number is None or within is None or number in within else None


def read_date(value: str | None) -> date | None:
    """A date cell or a date in figures or words with a year of four digits, or None."""
    folded = text.fold(value or "").lower()
    found = _DATE_CELL.match(folded) or _DATE_TEXT.match(folded)
    if found is None:
        return None
    parts = {name: int(part) for name, part in found.groupdict().items()}
    try:
        return date(parts["year"], parts["month"], parts["day"])
    except ValueError:
        return None


def read_commune_code(value: str | None) -> str | None:
    """A five-digit commune code with lost leading zeros restored, or None."""
    number = read_whole_number(value)
    if number is None:
        return None
    code = str(number).zfill(_COMMUNE_CODE_LENGTH)
    return code if len(code) == _COMMUNE_CODE_LENGTH else None


def read_cover(workbook: Workbook, forms: dict[str, Form]) -> Cover:
    """Find the cover sheet of any known form and read it; everything off is a finding of level file."""
    cover = Cover()
    names = {text.key(name): name for name in workbook.sheet_names}
    candidates = [form for form in forms.values() if text.key(form.sheets["cover"].name) in names]
    if not candidates:
        printed = " / ".join(dict.fromkeys(form.sheets["cover"].name for form in forms.values()))
        is_list = text.key(CORRECTION_LIST) in names
        cover.findings.append(file_finding("sheet_missing", printed, aside=_NO_SURVEY if is_list else ""))
        return cover
    labels = {}
    for form in candidates:
        sheet_name = names[text.key(form.sheets["cover"].name)]
        labels[form.name] = _match_cover(workbook, sheet_name, form)
        printed_code = labels[form.name].values.get("form_code", (0, "", None))[2]
        if printed_code is not None and text.key(printed_code) == text.key(form.form_code):
            cover.form = form
    form = cover.form or candidates[-1]
    cover.sheet_name = names[text.key(form.sheets["cover"].name)]
    cover.labels = labels[form.name]
    _judge_labels(cover, form)
    _judge_values(cover, form)
    return cover


def _match_cover(workbook: Workbook, sheet_name: str, form: Form) -> LabelMatch:
    """The lines of the cover, each value as its line needs it: a cell's format changes no number and no code."""
    columns = form.sheets["cover"].columns
    cells = workbook.cells(sheet_name)
    match = match_labels(cells, columns)
    kinds = field_kinds()
    if cells.kinds is None:
        values = [
            (kinds["cover", name], pa.array([value], pa.string())) for name, (_, _, value) in match.values.items()
        ]
        if not kind_decides(values):
            return match
        cells = workbook.cells_with_kinds(sheet_name)
        match = match_labels(cells, columns)
    for name, (row, label, _) in match.values.items():
        cell = (cells.kinds or {}).get((row, cells.column_numbers[0] + 1))
        value, check_code = field_text(cell, kinds["cover", name], None, has_1904_dates=cells.has_1904_dates)
        match.values[name] = (row, label, _ERROR_SIGN if check_code else value)
    return match


def _judge_labels(cover: Cover, form: Form) -> None:
    sheet = form.sheets["cover"]
    for column in sheet.columns:
        found = cover.labels.values.get(column.field)
        if not column.is_required:
            continue
        if found is None:
            cover.findings.append(
                file_finding("cover_field_missing", column.header, sheet=sheet.name, column_name=column.field)
            )
        elif found[2] is None:
            cover.findings.append(
                file_finding(
                    "cover_value_empty", column.header, sheet=sheet.name, row_number=found[0], column_name=column.field
                )
            )
    cover.findings += [
        file_finding("column_twice", column.header, sheet=sheet.name, column_name=column.field)
        for column in cover.labels.twice
    ]
    cover.findings += [
        file_finding("unknown_label", number, sheet=sheet.name, row_number=number) for number, _ in cover.labels.unknown
    ]


def _judge_values(cover: Cover, form: Form) -> None:
    sheet = form.sheets["cover"]
    values = {name: value for name, (_, _, value) in cover.labels.values.items() if value is not None}
    headers = {column.field: column.header for column in sheet.columns}

    def unreadable(name: str) -> None:
        cover.findings.append(
            file_finding(
                "cover_value_unreadable",
                headers[name],
                cell=f"B{cover.labels.values[name][0]}",
                sheet=sheet.name,
                row_number=cover.labels.values[name][0],
                column_name=name,
            )
        )

    cover.survey_year = read_whole_number(values.get("survey_year"), _SURVEY_YEARS)
    cover.submission_number = read_whole_number(values.get("submission_number"), _SUBMISSION_NUMBERS)
    cover.commune_code = read_commune_code(values.get("commune_code"))
    cutoff = read_date(values.get("cutoff_date"))
    maturities = {text.key(label): code for label, code in form.codes.get("maturity", {}).items()}
    cover.maturity = maturities.get(text.key(values.get("maturity", "")))
    for name, read in (
        ("survey_year", cover.survey_year),
        ("submission_number", cover.submission_number),
        ("commune_code", cover.commune_code),
        ("cutoff_date", cutoff),
        ("maturity", cover.maturity),
    ):
        if name in values and read is None:
            unreadable(name)
    if "form_code" in values:
        _judge_form(cover)
    _judge_commune(cover, form, cutoff)


def _judge_form(cover: Cover) -> None:
    if cover.form is None:
        cover.findings.append(file_finding("unknown_form", column_name="form_code"))
    elif cover.survey_year is not None and not cover.form.serves(cover.survey_year):
        years = f"{cover.form.form_code} dùng cho các năm {cover.form.first_survey_year}-{cover.form.last_survey_year}"
        cover.findings.append(
            file_finding(
                "form_of_another_year", f"{years}, không dùng cho năm {cover.survey_year}", column_name="form_code"
            )
        )


def _judge_commune(cover: Cover, form: Form, cutoff: date | None) -> None:
    """The unit must exist on the stated cut-off date, and that date must be of the survey year."""
    if cutoff is None or cover.commune_code is None:
        return
    if cover.survey_year is not None and cutoff.year != cover.survey_year:
        cover.findings.append(file_finding("cutoff_date_of_another_year", column_name="cutoff_date"))
        return
    unit: Unit | None = units_valid_on(cutoff.isoformat()).get(cover.commune_code)
    expected = units_valid_on(cutoff_date(cutoff.year)).get(cover.commune_code)
    if unit is None or unit != expected:
        known = any(other.commune_code == cover.commune_code for other in load_units())
        detail = (
            "không có trong danh mục đơn vị hành chính tại ngày chốt số liệu"
            if known
            else f"không phải của xã, phường, thị trấn nào thuộc {load_territory().area_name}"
        )
        cover.findings.append(file_finding("unknown_commune", detail, column_name="commune_code"))
    else:
        cover.commune_valid_from = unit.valid_from
        _judge_place(cover, form, unit)


def _judge_place(cover: Cover, form: Form, unit: Unit) -> None:
    """The province and district of the cover, by code and by name, are those of the commune's unit."""
    of_unit = {
        "province_code": unit.province_code,
        "province_name": unit.province_name,
        "district_code": unit.district_code,
        "district_name": unit.district_name,
    }
    sheet = form.sheets["cover"]
    for column in sheet.columns:
        row_number, _, value = cover.labels.values.get(column.field, (None, "", None))
        expected = of_unit.get(column.field)
        if value is None or not expected or _place_key(value) == _place_key(expected):
            continue
        cover.findings.append(
            file_finding(
                "cover_place_differs",
                column.header,
                sheet=sheet.name,
                row_number=row_number,
                column_name=column.field,
            )
        )


def _place_key(value: str) -> str:
    """What spellings of one place share: a code without leading zeros, a name without what kind of place it is."""
    number = read_whole_number(value)
    return _KIND_OF_PLACE.sub("", text.key(value)) if number is None else str(number)
