"""The Excel file that a commune officer gets: what to correct, in which file, in which cell."""

from datetime import datetime
from pathlib import Path

import xlsxwriter

from reports.audit.excel_styles import row_height
from reports.audit.labels_vi import SEVERITY
from reports.feedback.correction_lists import CommuneList
from reports.numbers import count_vi

_SOURCE_ID_SHOWN = 8
_HOW = (
    "Cách làm: mở tệp đã gửi, đến đúng ô, sửa; tăng «lần gửi» trên trang bìa thêm 1; gửi lại cả tệp. "
    "Ghi ngày sửa và trả lời vào hai cột cuối rồi gửi lại danh sách này. Phải sửa các lỗi; cảnh báo thì kiểm tra, "
    "nếu số liệu đúng thì ghi lý do."
)
# heading, width in characters; together they fill an A4 page across
_COLUMNS = (
    ("STT", 5),
    ("Mức", 9),
    ("Tệp", 17),
    ("Ô", 22),
    ("Vấn đề", 36),
    ("Cách sửa", 28),
    ("Ai sửa", 10),
    ("Hạn sửa", 10),
    ("Xã trả lời (đã sửa gì, hoặc vì sao đúng)", 24),
)
_HEAD_ROW = 4


def file_name(commune: CommuneList) -> str:
    """`2024-29161.xlsx`."""
    return f"{commune.survey_year}-{commune.commune_code}.xlsx"


def write_list(folder: Path, commune: CommuneList) -> Path:
    """Write a commune's list into a folder; an older one of the same name is replaced."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / file_name(commune)
    book = xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False})
    look = {"font_name": "Arial", "font_size": 10, "valign": "top", "text_wrap": True}
    title = book.add_format({"font_name": "Arial", "font_size": 14, "bold": True})
    plain = book.add_format({"font_name": "Arial", "font_size": 10})
    how = book.add_format({**look, "italic": True})
    head = book.add_format({**look, "bold": True, "bg_color": "#E6EBF0", "border": 1})
    cell = book.add_format({**look, "border": 1})
    error = book.add_format({**look, "border": 1, "bold": True, "bg_color": "#F6CFC9"})
    warning = book.add_format({**look, "border": 1, "bg_color": "#FFF0CC"})
    answer = book.add_format({**look, "border": 1, "bg_color": "#FBFBE8"})

    sheet = book.add_worksheet("Phải sửa")
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(0.4, 0.4, 0.5, 0.5)
    sheet.repeat_rows(_HEAD_ROW)
    sheet.set_footer("&LBản phát hành " + commune.release_id + "&RTrang &P / &N")
    for place, (_, width) in enumerate(_COLUMNS):
        sheet.set_column(place, place, width)
    errors = sum(item.severity == "error" for item in commune.items)
    sheet.write_string(
        0, 0, f"Danh sách cần sửa: {commune.commune_name} ({commune.commune_code}), năm {commune.survey_year}", title
    )
    sheet.write_string(
        1,
        0,
        f"{count_vi(errors)} lỗi phải sửa, {count_vi(len(commune.items) - errors)} cảnh báo cần kiểm tra. "
        f"Theo bản phát hành {commune.release_id}.",
        plain,
    )
    sheet.merge_range(2, 0, 2, len(_COLUMNS) - 1, _HOW, how)
    sheet.set_row(2, 30)
    for place, (heading, _) in enumerate(_COLUMNS):
        sheet.write_string(_HEAD_ROW, place, heading, head)
    sheet.set_row(_HEAD_ROW, row_height(_COLUMNS))
    for number, item in enumerate(commune.items, start=1):
        row = _HEAD_ROW + number
        texts = {2: _file(item.source_file_id, item.submission_number, item.received_at), 3: item.cell,
                 4: item.problem, 5: item.action, 6: item.owner_vi}  # fmt: skip
        sheet.set_row(row, row_height((text, _COLUMNS[place][1]) for place, text in texts.items()))
        sheet.write_number(row, 0, number, cell)
        sheet.write_string(row, 1, SEVERITY[item.severity], error if item.severity == "error" else warning)
        for place, text in texts.items():
            sheet.write_string(row, place, text, cell)
        sheet.write_blank(row, 7, None, answer)
        sheet.write_blank(row, 8, None, answer)
    sheet.freeze_panes(_HEAD_ROW + 1, 0)
    if commune.items:
        sheet.autofilter(_HEAD_ROW, 0, _HEAD_ROW + len(commune.items), len(_COLUMNS) - 1)
    else:
        sheet.write_string(_HEAD_ROW + 1, 0, "Không có gì phải sửa.", plain)
    book.close()
    return path


def _file(source_file_id: str | None, submission_number: int | None, received_at: datetime | None) -> str:
    """A received file in words; its name is not shown, because it may contain the name of who sent it."""
    if source_file_id is None:
        return "chưa có tệp"
    parts = [f"mã {source_file_id[:_SOURCE_ID_SHOWN]}"]
    if submission_number is not None:
        parts.append(f"lần gửi {submission_number}")
    if received_at is not None:
        parts.append(f"nhận ngày {received_at:%d/%m/%Y}")
    return ", ".join(parts)
