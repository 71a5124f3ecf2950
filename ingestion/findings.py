"""The findings of ingestion itself (level file): their shape and sentences.

A sentence never repeats what a cell or a file name holds: a data row in place of the header row would put a person's
name into it. Findings about rows, values and consistency are made by dbt models.
"""

from dataclasses import asdict, dataclass
from typing import Any

from base.check_catalogue import load_checks


@dataclass(frozen=True)
class Finding:
    """One problem: what, where and what to do. Rows count from 1; `column_name` is our field or a column letter."""

    check_code: str
    severity: str
    level: str
    message: str
    sheet: str | None = None
    row_number: int | None = None
    column_name: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """The finding as plain values."""
        return asdict(self)


# What was seen, per check; what to do and the severity are in the check catalogue. Placeholders are filled with our
# own words only: roles, headers of the map, column letters, numbers.
_SEEN = {
    "not_a_workbook": "Tệp không phải là sổ tính .xlsx đọc được{detail}.",
    "workbook_encrypted": "Tệp được đặt mật khẩu nên không đọc được.",
    "expands_too_far": "Tệp giải nén ra {detail}, vượt giới hạn (100 lần kích thước hoặc 512 MiB).",
    "legacy_font": "Tệp có chữ gõ bằng bảng mã cũ (TCVN3 hoặc VNI), đã được đọc sang Unicode.",
    "reading_took_too_long": "Đọc tệp quá {detail} giây nên đã dừng; các tệp khác không bị ảnh hưởng.",
    "reader_failed": "Chương trình đọc dừng đột ngột ở tệp này ({detail}); các tệp khác không bị ảnh hưởng.",
    "unreadable_place": (
        "Một tệp hoặc thư mục trong landing không mở được ({detail}; lệnh «poverty status --paths» cho biết ở đâu)."
    ),
    "sheet_missing": "Thiếu trang tính «{detail}»{aside}.",
    "sheet_twice": "Có nhiều trang tính cùng tên «{detail}».",
    "sheet_ignored": "Trang tính thứ {detail} không thuộc mẫu nên không được đọc.",
    "cover_field_missing": "Trang bìa thiếu dòng «{detail}».",
    "cover_value_empty": "Trang bìa để trống «{detail}».",
    "cover_value_unreadable": "Trang bìa có giá trị không đọc được ở «{detail}» (ô {cell}).",
    "unknown_form": "Mã biểu mẫu trên trang bìa không phải của mẫu nào đang dùng.",
    "form_of_another_year": "Mẫu {detail}.",
    "cutoff_date_of_another_year": "Ngày chốt số liệu không thuộc năm rà soát.",
    "unknown_commune": "Mã xã trên trang bìa {detail}.",
    "cover_place_differs": "«{detail}» trên trang bìa không phải của xã, phường, thị trấn mang mã xã đó.",
    "required_column_missing": "Thiếu cột bắt buộc «{detail}».",
    "optional_column_missing": "Thiếu cột «{detail}»; cột này được coi là không có số liệu.",
    "unknown_column": "Cột {detail} không thuộc mẫu{near}.",
    "column_twice": "Cột «{detail}» xuất hiện nhiều lần.",
    "unknown_label": "Dòng {detail} có nhãn không thuộc mẫu{near} nên không được đọc.",
    "total_label_missing": "Trang tổng hợp thiếu dòng «{detail}».",
    "same_submission_number": (
        "Đã có tệp khác cùng xã, cùng năm và cùng lần gửi {detail}; tệp nhận trước vẫn có hiệu lực."
    ),
}

FILE_CHECK_CODES = tuple(_SEEN)
# Checks of level value that a cell fails while it is read; models word them.
CELL_CHECK_CODES = ("error_in_cell", "formula_without_result", "merged_cells", "row_below_total", "text_too_long")


def file_finding(
    check_code: str,
    detail: object = "",
    *,
    near: str = "",
    aside: str = "",
    cell: str = "",
    sheet: str | None = None,
    row_number: int | None = None,
    column_name: str | None = None,
) -> Finding:
    """A finding of level file. `near` is the nearest known header, "" where there is none; `aside` is
    more that was seen, `cell` an address."""
    check = load_checks()[check_code]
    near_text = f" (tiêu đề gần nhất của mẫu: «{near}»)" if near else ""
    message = f"{_SEEN[check_code].format(detail=detail, near=near_text, aside=aside, cell=cell)} {check.action_vi}"
    return Finding(check_code, check.severity, check.level, message, sheet, row_number, column_name)
