"""What is wrong with a file, as data.

What belongs here: the shape of a finding and the sentences of the checks that ingestion itself makes (level file).
Checks on rows, values and consistency are dbt models (`dbt/models/quality`). A sentence never repeats what a cell
or a file name holds: a header row that is really a data row would put a person's name into it.
"""

from dataclasses import asdict, dataclass
from typing import Any


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


# check_code -> (severity, sentence). Placeholders are filled with our own words only: roles, headers of the map,
# column letters, numbers.
_FILE_CHECKS = {
    "not_a_workbook": ("error", "Tệp không phải là sổ tính .xlsx đọc được. Hãy lưu lại bằng Excel và gửi lại."),
    "workbook_encrypted": ("error", "Tệp được đặt mật khẩu nên không đọc được. Hãy bỏ mật khẩu và gửi lại."),
    "expands_too_far": (
        "error",
        "Tệp giải nén ra {detail}, vượt giới hạn (100 lần kích thước hoặc 512 MiB). "
        "Hãy chép số liệu sang mẫu mới và gửi lại.",
    ),
    "reader_failed": (
        "error",
        "Chương trình đọc dừng đột ngột ở tệp này ({detail}); các tệp khác không bị ảnh hưởng. "
        "Hãy mở, lưu lại bằng Excel và gửi lại.",
    ),
    "sheet_missing": ("error", "Thiếu trang tính «{detail}». Hãy dùng đúng mẫu và gửi lại."),
    "sheet_twice": ("error", "Có nhiều trang tính cùng tên «{detail}». Hãy giữ một trang và gửi lại."),
    "sheet_ignored": ("warning", "Trang tính thứ {detail} không thuộc mẫu nên không được đọc."),
    "cover_field_missing": ("error", "Trang bìa thiếu dòng «{detail}». Hãy điền theo mẫu và gửi lại."),
    "cover_value_empty": ("error", "Trang bìa để trống «{detail}». Hãy điền và gửi lại."),
    "cover_value_unreadable": ("error", "Trang bìa có giá trị không đọc được ở «{detail}». Hãy sửa và gửi lại."),
    "unknown_form": (
        "error",
        "Mã biểu mẫu trên trang bìa không phải của mẫu nào đang dùng. Hãy dùng mẫu của năm rà soát.",
    ),
    "form_of_another_year": ("error", "Mẫu {detail}. Hãy dùng mẫu của năm rà soát và gửi lại."),
    "cutoff_date_of_another_year": (
        "error",
        "Ngày chốt số liệu không thuộc năm rà soát. Hãy sửa trang bìa và gửi lại.",
    ),
    "unknown_commune": (
        "error",
        "Mã xã trên trang bìa không có trong danh mục đơn vị hành chính tại ngày chốt số liệu. Hãy kiểm tra mã xã.",
    ),
    "required_column_missing": ("error", "Thiếu cột bắt buộc «{detail}». Hãy giữ nguyên tiêu đề của mẫu."),
    "optional_column_missing": ("warning", "Thiếu cột «{detail}»; cột này được coi là không có số liệu."),
    "unknown_column": ("error", "Cột {detail} không thuộc mẫu{near}. Hãy giữ nguyên tiêu đề của mẫu."),
    "column_twice": ("error", "Cột «{detail}» xuất hiện nhiều lần. Hãy giữ một cột và gửi lại."),
    "unknown_label": ("warning", "Dòng {detail} có nhãn không thuộc mẫu{near} nên không được đọc."),
    "total_label_missing": ("error", "Trang tổng hợp thiếu dòng «{detail}». Hãy giữ nguyên nhãn của mẫu."),
    "same_submission_number": (
        "error",
        "Đã có tệp khác cùng xã, cùng năm và cùng lần gửi {detail}; tệp nhận trước vẫn có hiệu lực. "
        "Hãy tăng số lần gửi và gửi lại.",
    ),
}

FILE_CHECK_CODES = tuple(_FILE_CHECKS)


def file_finding(
    check_code: str,
    detail: object = "",
    *,
    near: str = "",
    sheet: str | None = None,
    row_number: int | None = None,
    column_name: str | None = None,
) -> Finding:
    """A finding of level file. `near` is the nearest known header, "" where there is none."""
    severity, sentence = _FILE_CHECKS[check_code]
    near_text = f" (tiêu đề gần nhất của mẫu: «{near}»)" if near else ""
    return Finding(
        check_code, severity, "file", sentence.format(detail=detail, near=near_text), sheet, row_number, column_name
    )
