"""A workbook per topic for spreadsheets: the figures of `bi.figures` as sheets that a pivot table takes as they are.

A sheet holds one level and one boundary, and no count that is a sum of others, so that a pivot counts nothing twice.
Beside each figure stands whether it is known, and what is questioned about it.
"""

from pathlib import Path
from typing import Any

import xlsxwriter

from reports.certainty import Certainty
from reports.tables import ReleaseTables, Row, open_release

# sheet -> the areas in it
_SHEETS = {"Tỉnh": ("province", "as_reviewed"), "Xã": ("commune", "harmonised")}
# header -> width
_COLUMNS = {
    "Năm": 8,
    "Khu vực": 22,
    "Mã khu vực": 12,
    "Loại khu vực": 14,
    "Chỉ tiêu": 44,
    "Loại hộ": 28,
    "Giá trị": 18,
    "Tử số": 12,
    "Mẫu số": 12,
    "Đơn vị": 12,
    "Số liệu": 16,
    "Còn phải xem lại": 44,
}
_KNOWN, _QUESTIONED = "chính thức", "còn thay đổi"
_MOVEMENT = "movement"
_FIGURES = """
    select
        figures.survey_year, areas.area_name, areas.area_code, areas.area_class_vi, metrics.name_vi,
        classes.label_vi, figures.value, figures.numerator, figures.denominator, metrics.unit_vi
    from bi.figures as figures
    inner join bi.dim_area as areas on figures.area_key = areas.area_key
    inner join bi.dim_metric as metrics on figures.metric_code = metrics.metric_code
    inner join bi.dim_class as classes on figures.class_code = classes.class_code
    left join bi.dim_need as needs on metrics.need_code = needs.need_code
    where metrics.metric_group = ? and figures.area_level = ? and figures.boundary = ?
        -- needs have this class alone
        and (
            not classes.is_total or figures.unit = 'share' or figures.class_code = 'all'
            or needs.need_code is not null
        )
        and not coalesce(needs.has_parts, false)
    order by figures.survey_year, areas.area_name, areas.area_code, metrics.sort_order, classes.sort_order
"""


def write_topic_workbooks(release: Path, folder: Path) -> list[Path]:
    """Write `<topic>.xlsx` for every group of metrics of a release; returns the files."""
    folder.mkdir(parents=True, exist_ok=True)
    with open_release(release) as tables:
        about = tables.rows("select release_id, territory_name, maturity_vi, made_at from bi.release")[0]
        topics = tables.rows(
            "select metric_group, metric_group_vi from bi.dim_metric group by all order by min(sort_order)"
        )
        certainty = Certainty(tables)
        return [_write(tables, folder / f"{topic['metric_group']}.xlsx", topic, about, certainty) for topic in topics]


def _with_certainty(row: Row, topic: Row, place: tuple[str, str], certainty: Certainty) -> list[Any]:
    """A line of a sheet, with what is open about its figure."""
    ask = certainty.of_movement if topic["metric_group"] == _MOVEMENT else certainty.of
    level, boundary = place
    reasons = ask(row["survey_year"], boundary, level, row["area_code"])
    return [*row.values(), _QUESTIONED if reasons else _KNOWN, ", ".join(reasons) or None]


def _write(tables: ReleaseTables, path: Path, topic: Row, about: Row, certainty: Certainty) -> Path:
    notes = tables.rows(
        "select name_vi, name_en, unit_vi, caution_en from bi.dim_metric where metric_group = ? order by sort_order",
        topic["metric_group"],
    )
    with xlsxwriter.Workbook(str(path)) as workbook:
        # The release's own time: the same release gives the same bytes.
        workbook.set_properties({"title": topic["metric_group_vi"], "created": about["made_at"]})
        for name, areas in _SHEETS.items():
            rows = tables.rows(_FIGURES, topic["metric_group"], *areas)
            sheet = workbook.add_worksheet(name)
            sheet.freeze_panes(1, 0)
            sheet.set_landscape()
            sheet.fit_to_pages(1, 0)
            sheet.repeat_rows(0)
            for place, width in enumerate(_COLUMNS.values()):
                sheet.set_column(place, place, width)
            # A table needs a row below its header.
            sheet.add_table(
                0,
                0,
                max(len(rows), 1),
                len(_COLUMNS) - 1,
                {
                    "name": f"figures_{areas[0]}",
                    "columns": [{"header": header} for header in _COLUMNS],
                    "data": [_with_certainty(row, topic, areas, certainty) for row in rows],
                },
            )
        sheet = workbook.add_worksheet("Ghi chú")
        sheet.set_column(0, 3, 40)
        lines = [
            ("Bản công bố", about["release_id"], about["territory_name"], about["maturity_vi"]),
            ("Giá trị là phân số (0,05 là 5%); cộng tử số rồi chia cho tổng mẫu số, không lấy trung bình tỷ lệ.",),
            ("Số liệu «còn thay đổi»: chưa đủ xã, tạm thời hoặc còn lỗi chưa xử lý, nói ở cột «Còn phải xem lại».",),
            ("Chỉ tiêu", "Metric", "Đơn vị", "Caution"),
            *(tuple(note.values()) for note in notes),
        ]
        for number, line in enumerate(lines):
            sheet.write_row(number, 0, line)
    return path
