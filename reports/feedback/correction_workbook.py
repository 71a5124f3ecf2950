"""The Excel lists of what to correct, in which cell: of a commune, and of one workbook before it is sent."""

from collections.abc import Sequence
from pathlib import Path

import xlsxwriter

from ingestion.cover import CORRECTION_LIST
from reports.audit.excel_styles import LINE_HEIGHT, row_height
from reports.audit.labels_vi import SEVERITY
from reports.decision_book import words
from reports.feedback.correction_lists import CommuneList, Item
from reports.feedback.inspection import WORDS, Inspection, Language
from reports.numbers import count_vi

_SOURCE_ID_SHOWN = 8
_HOW = (
    "Cách làm: mở tệp đã gửi, đến đúng ô, sửa; tăng «lần gửi» trên trang bìa thêm 1; gửi lại cả tệp; tệp "
    "của xã, phường cũ giữ mã xã của năm đó. "
    "Gửi lại tệp trước; với vấn đề còn lại trong danh sách mới thì chọn «Xã trả lời», ghi giá trị đúng hoặc lý do, rồi "
    "gửi lại danh sách. Phải sửa các lỗi; cảnh báo thì "
    "kiểm tra, nếu số liệu đúng thì ghi lý do. Lý do được công bố: không ghi tên, số định danh, địa chỉ của người dân."
)
# heading, width in characters; together they fill an A4 page across
_COLUMNS = (
    ("STT", 5),
    ("Mức", 9),
    ("Tệp", 15),
    ("Ô", 20),
    ("Vấn đề", 30),
    ("Cách sửa", 24),
    ("Ai sửa", 10),
    (words.COMMUNE_ANSWER, 13),
    (words.RIGHT, 11),
    (words.REASON, 14),
    (words.CODE, 10),
)
_INSPECTION_WIDTHS = (5, 9, 26, 44, 40, 20, 24)
_HEAD_ROW = 4


def file_name(commune: CommuneList) -> str:
    """`2024-29161.xlsx`."""
    return f"{commune.survey_year}-{commune.commune_code}.xlsx"


def write_list(folder: Path, commune: CommuneList) -> Path:
    """Write a commune's list into a folder; an older one of the same name is replaced."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / file_name(commune)
    errors = sum(item.severity == "error" for item in commune.items)
    opening = (
        f"Danh sách cần sửa: {commune.commune_name} ({commune.commune_code}), năm {commune.survey_year}",
        f"{count_vi(errors)} lỗi phải sửa, {count_vi(len(commune.items) - errors)} cảnh báo cần kiểm tra. "
        f"Theo bản phát hành {commune.release_id}.",
        _HOW + _beside_figures(commune),
    )
    rows = [
        (
            SEVERITY[item.severity],
            _file(item),
            item.cell,
            item.problem,
            item.action,
            item.owner_vi,
            None,
            None,
            None,
            item.code,
        )
        for item in commune.items
    ]
    _write(
        path, opening, CORRECTION_LIST, _COLUMNS, rows, "Bản phát hành " + commune.release_id, "Không có gì phải sửa."
    )
    return path


def write_inspection(path: Path, inspection: Inspection) -> None:
    """Write what was found in one workbook, every finding with its cell."""
    words = inspection.words
    facts = ", ".join(f"{label}: {value[:_SOURCE_ID_SHOWN]}" for label, value in inspection.facts())
    opening = (
        words.title,
        f"{facts}. {inspection.counted()}.".removeprefix(". "),
        f"{inspection.verdict()} {words.how}",
    )
    columns = tuple(zip(words.list_headings, _INSPECTION_WIDTHS, strict=True))
    _write(path, opening, words.title[:31], columns, list(inspection.list_rows()), "", words.nothing)


def _write(
    path: Path,
    opening: tuple[str, str, str],
    name: str,
    columns: Sequence[tuple[str, int]],
    rows: Sequence[tuple[str | None, ...]],
    footer: str,
    nothing: str,
) -> None:
    """A list to print across A4: title, summary, what to do; numbered rows that begin with a severity, empty cells to
    be filled in by hand."""
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

    sheet = book.add_worksheet(name)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(0.4, 0.4, 0.5, 0.5)
    sheet.repeat_rows(_HEAD_ROW)
    sheet.set_footer(f"&L{footer}&RTrang &P / &N" if footer else "&R&P / &N")
    for place, (_, width) in enumerate(columns):
        sheet.set_column(place, place, width)
    sheet.write_string(0, 0, opening[0], title)
    sheet.write_string(1, 0, opening[1], plain)
    sheet.merge_range(2, 0, 2, len(columns) - 1, opening[2], how)
    sheet.set_row(2, row_height([(opening[2], sum(width for _, width in columns))]) + LINE_HEIGHT)
    for place, (heading, _) in enumerate(columns):
        sheet.write_string(_HEAD_ROW, place, heading, head)
    sheet.set_row(_HEAD_ROW, row_height(columns))
    errors = (SEVERITY["error"], WORDS[Language.EN].severity["error"])
    for number, row in enumerate(rows, start=1):
        line = _HEAD_ROW + number
        sheet.set_row(line, row_height((text, columns[place][1]) for place, text in enumerate(row, start=1)))
        sheet.write_number(line, 0, number, cell)
        for place, text in enumerate(row, start=1):
            if text is None:
                sheet.write_blank(line, place, None, answer)
            else:
                sheet.write_string(line, place, text, (error if text in errors else warning) if place == 1 else cell)
    sheet.freeze_panes(_HEAD_ROW + 1, 0)
    for place, (heading, _) in enumerate(columns):
        if heading == words.COMMUNE_ANSWER and rows:
            choices = {"validate": "list", "source": list(words.COMMUNE_ANSWERS)}
            sheet.data_validation(_HEAD_ROW + 1, place, _HEAD_ROW + len(rows), place, choices)
    if rows:
        sheet.autofilter(_HEAD_ROW, 0, _HEAD_ROW + len(rows), len(columns) - 1)
    else:
        sheet.write_string(_HEAD_ROW + 1, 0, nothing, plain)
    book.close()


def _beside_figures(commune: CommuneList) -> str:
    """What readers see beside the commune's figures for as long as it is so."""
    if not commune.open:
        return ""
    return (
        f" Các báo cáo ghi cạnh số liệu của xã: {', '.join(commune.open)}; dấu ấy hết khi mọi mục đã xong và xã đã gửi "
        "bản chính thức."
    )


def _file(item: Item) -> str:
    """A received file in words; its name is not shown, because it may contain the name of who sent it."""
    whose = f", của {item.reviewed_as}" if item.reviewed_as else ""
    if item.source_file_id is None:
        return f"chưa có tệp{whose}"
    parts = [f"mã {item.source_file_id[:_SOURCE_ID_SHOWN]}"]
    if item.submission_number is not None:
        parts.append(f"lần gửi {item.submission_number}")
    if item.received_at is not None:
        parts.append(f"nhận ngày {item.received_at:%d/%m/%Y}")
    return ", ".join(parts) + whose
