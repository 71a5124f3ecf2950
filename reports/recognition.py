"""What a closed year's recognition decision is carried out with, per commune: who gets a certificate, who escaped.

The workbooks hold personal data: they go to `$POVERTY_HOME/private/recognition/`, for the owner alone.
"""

from collections.abc import Sequence
from pathlib import Path

from base.home import Home
from reports.closed_years import ClosedYear
from reports.forms.fill import FiguresDisagreeError
from reports.forms.household_lists import Household, private_side, read_escaped, read_households
from reports.forms.layout import Cell, Sheet, put_foot, put_headers, row_height
from reports.forms.make import OWNER_FILE
from reports.forms.rows import find_area
from reports.forms.specification import ListColumn
from reports.forms.write_workbook import write_workbook
from reports.forms.year_figures import Area, NoFormsError, YearFigures, read_figures

_HEAD_ROWS = 7
_CLASS = {"poor": "Hộ nghèo", "near_poor": "Hộ cận nghèo"}
_OUTCOME = {
    "poor_to_above": "Thoát nghèo",
    "poor_to_near_poor": "Thoát nghèo, còn là hộ cận nghèo",
    "near_poor_to_above": "Thoát cận nghèo",
}
_STYLES = {"text": "name", "centred": "place", "count": "count"}
_COLUMNS = (
    ListColumn(("Mã số hộ",), "household_code", "text", 13),
    ListColumn(("Họ, chữ đệm và tên chủ hộ",), "head_name", "text", 27),
    ListColumn(("Ngày sinh",), "head_birth", "centred", 11),
    ListColumn(("Giới tính",), "head_sex", "centred", 7),
    ListColumn(("Số CCCD",), "head_citizen_id", "centred", 15),
    ListColumn(("Địa chỉ (ấp, khóm)",), "hamlet", "text", 22),
    ListColumn(("Số nhân khẩu",), "member_count", "count", 9),
)
_CERTIFIED = (*_COLUMNS, ListColumn(("Loại hộ",), "class_label", "text", 16))
_ESCAPED = (*_COLUMNS, ListColumn(("Kết quả",), "outcome", "text", 24))


def write_recognition(home: Home, survey_year: int, commune_code: str | None = None) -> list[Path]:
    """Write the workbook of a commune, or of every commune of a closed year; their places.

    Raises NoFormsError where the year is not closed in the current release, or has no such commune, or the private side
    is not what was published; FiguresDisagreeError where a list does not give the published figure.
    """
    figures = read_figures(home.current, survey_year)
    if figures.closed is None:
        raise NoFormsError(
            f"{survey_year} is not closed in the current release: certificates follow a recognition decision "
            "(`poverty close`, then `poverty run`)."
        )
    areas = [find_area(figures, commune_code)] if commune_code else list(figures.areas.values())
    communes = [area for area in areas if area.level == "commune"]
    if not communes:
        raise NoFormsError(f"{commune_code} is no commune: the lists are made for communes.")
    folder = home.private_folder("recognition", figures.release_id, str(survey_year))
    with private_side(home, survey_year):
        return [_write(home, folder, commune, figures, figures.closed) for commune in communes]


def _write(home: Home, folder: Path, commune: Area, figures: YearFigures, closed: ClosedYear) -> Path:
    year = figures.survey_year
    certified = [
        {**row, "class_label": _CLASS[row["poverty_class"]]} for row in read_households(home, figures, commune)
    ]
    certified.sort(key=lambda row: row["poverty_class"] != "poor")  # the order of the file otherwise
    escaped = [{**row, "outcome": _OUTCOME[row["movement"]]} for row in read_escaped(home, figures, commune)]
    for poverty_class in _CLASS:
        listed = sum(row["poverty_class"] == poverty_class for row in certified)
        _compare(
            commune,
            f"{poverty_class} households",
            listed,
            figures.value(commune.code, f"class.{poverty_class}.households"),
        )
    left = [f"movement.{name}" for name in ("poor.household.to_other_list", "poor.household.above_line",
            "near_poor.household.above_line")]  # fmt: skip
    published = [figures.value(commune.code, name) for name in left]
    if None not in published:  # the first year has nobody who could have escaped
        stayed = sum(not row["is_in_another_commune"] for row in escaped)
        _compare(commune, "households that escaped", stayed, sum(int(value or 0) for value in published))
    sheets = [
        _sheet("Cấp giấy chứng nhận", f"DANH SÁCH CẤP GIẤY CHỨNG NHẬN HỘ NGHÈO, HỘ CẬN NGHÈO NĂM {year}", certified,
               _CERTIFIED, commune, figures, closed),
        _sheet("Thoát nghèo", f"DANH SÁCH HỘ THOÁT NGHÈO, HỘ THOÁT CẬN NGHÈO NĂM {year}", escaped, _ESCAPED, commune,
               figures, closed),
    ]  # fmt: skip
    target = folder / f"cong-nhan-{year}-{commune.code}.xlsx"
    write_workbook(sheets, target, f"Danh sách công nhận năm {year} - {commune.name}", OWNER_FILE)
    return target


def _compare(commune: Area, what: str, listed: int, published: object) -> None:
    if listed != (published or 0):
        raise FiguresDisagreeError(
            f"Commune {commune.code}: the list gives {listed} {what} and the published figure is {published}. This "
            "workbook was not written."
        )


def _sheet(
    name: str,
    title: str,
    households: Sequence[Household],
    columns: Sequence[ListColumn],
    commune: Area,
    figures: YearFigures,
    closed: ClosedYear,
) -> Sheet:
    sheet = Sheet(name, footer=figures.release_id, leading=1)
    sheet.widths = [5.0, *(column.width for column in columns)]
    last = len(sheet.widths)
    head = [
        (1, 1, 4, f"UBND {commune.name.upper()}", "head_bold"),
        (1, 5, last, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "head_bold"),
        (2, 5, last, "Độc lập - Tự do - Hạnh phúc", "motto"),
        (4, 1, last, title, "title"),
        (5, 1, last, f"(Kèm theo {closed.decision})", "subtitle"),
        (6, 1, last, f"Người ký quyết định: {closed.signer}", "subtitle"),
        (7, 1, last, figures.notice or "Dữ liệu cá nhân - chỉ dùng trong cơ quan có thẩm quyền", "notice"),
    ]
    sheet.cells += [Cell(row, first, text, style, None, row, to) for row, first, to, text, style in head]
    numbers = [str(number) for number in range(1, len(columns) + 1)]
    first = put_headers(sheet, columns, ("TT",), numbers, _HEAD_ROWS + 1) + 1
    for number, household in enumerate(households, start=1):
        row = first + number - 1
        sheet.cells.append(Cell(row, 1, number, "place"))
        values = [household[column.field] for column in columns]
        sheet.cells += [
            Cell(
                row, index, int(value) if column.kind == "count" and value is not None else value, _STYLES[column.kind]
            )
            for index, (column, value) in enumerate(zip(columns, values, strict=True), start=2)
        ]
        sheet.heights[row] = row_height(
            [(str(value or ""), column.width) for column, value in zip(columns, values, strict=True)]
        )
    total = sum(int(household["member_count"] or 0) for household in households)
    summary = f"Tổng cộng: {len(households)} hộ, {total} nhân khẩu. Số liệu được phê duyệt tại {closed.decision}."
    put_foot(sheet, first + len(households), [summary])
    return sheet
