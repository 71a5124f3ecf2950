"""The audit report as one Excel workbook, `audit.xlsx`: the same content as the pages, every row."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from audit.release_difference import ReleaseDifference
from reports.audit.change_pages import figure_rows, place_rows
from reports.audit.coverage import STATES
from reports.audit.data import Audit
from reports.audit.excel_styles import Book, Column
from reports.audit.labels_vi import (
    CAUSE,
    CLOSING,
    DECISION,
    ENGINE,
    FILE_CHANGE,
    FILE_STATUS,
    MATURITY,
    OWNER,
    PASS,
    PASSES,
    PUBLICATION,
    REVIEW,
    SEVERITY,
    STATUS,
    UNIT,
    boundary_vi,
)
from reports.audit.pages import described_closings, described_files, maturity_reasons
from reports.numbers import count_vi
from reports.tables import Row

LISTED_FIGURES = 5_000
_TREND = {"new": "mới", "known": "có từ bản trước", None: ""}
_MATCHED = {True: "khớp", False: "không khớp", None: "không so được"}


def write_workbook(
    path: Path,
    audit: Audit,
    overview: Row,
    results: list[Row],
    difference: ReleaseDifference | None,
    notice: str | None,
) -> None:
    """Write the workbook. `overview` is what the first page shows, `results` the described check results, `notice` what
    every reader must know first."""
    book = Book(path, audit.published_at.replace(tzinfo=None))
    _overview(book, audit, overview, notice)
    _coverage(book, audit)
    _files(book, audit)
    _findings(book, audit)
    _checks(book, results)
    _reconciliation(book, audit)
    if audit.published:
        _published(book, audit)
    _links(book, audit)
    _decisions(book, audit)
    if audit.closings:
        _closings(book, audit)
    _changes(book, audit, difference)
    book.file.close()


def _overview(book: Book, audit: Audit, seen: Row, notice: str | None) -> None:
    rows: list[Sequence[Any]] = [
        *([("Lưu ý", notice)] if notice else []),
        ("Bản phát hành", audit.release_id),
        ("Bản trước", audit.previous_id or "chưa có"),
        ("Mức hoàn thiện", MATURITY[audit.maturity]),
        *(("Lý do tạm thời", reason) for reason in maturity_reasons(audit)),
        ("Tệp đã nhận", len(audit.files)),
        ("Tệp đang dùng", seen["in_force"]),
        ("Tệp đã có bản thay", seen["superseded"]),
        ("Tệp bị loại", seen["rejected"]),
        ("Lượt xã và năm phải có tệp", seen["expected"]),
        ("Lượt xã và năm đã có tệp dùng được", seen["received"]),
        ("Hàng hộ", seen["household_rows"]),
        ("Hàng thành viên", seen["member_rows"]),
        ("Hàng để riêng vì có lỗi", seen["quarantined"]),
        ("Lỗi còn mở", audit.open_errors),
        ("Cảnh báo còn mở", len(audit.open) - audit.open_errors),
        ("Phát hiện mới từ bản trước", seen["new"] if audit.previous_id else None),
        ("Phát hiện đã hết từ bản trước", len(audit.resolved_since) if audit.previous_id else None),
        ("Phát hiện được miễn trừ", seen["waived"]),
        ("Số tổng hợp khác danh sách", seen["mismatched"]),
        ("Kiểm tra đã chạy", len(audit.results)),
        ("Kiểm tra không đạt", seen["failed"]),
        *((f"Còn mở, phần của {OWNER.get(row['owner'], 'chưa rõ')}", row.get("open", 0))
          for row in audit.trend("owner")),
    ]  # fmt: skip
    book.sheet("Tổng quan", "Báo cáo kiểm toán số liệu", [Column("Mục", 44), Column("Giá trị", 50, True)], rows)


def _coverage(book: Book, audit: Audit) -> None:
    columns = [Column("Năm", 8), Column("Mã xã", 9), Column("Xã, phường", 28), Column("Huyện", 24),
               Column("Nay do", 28), Column("Mã", 6),
               Column("Tình trạng", 30), Column("Hàng để riêng"), Column("Lỗi còn mở"),
               Column("Cảnh báo còn mở")]  # fmt: skip
    rows = (
        (str(year), unit.code, unit.name, unit.district,
         unit.actor.name if unit.is_gone else None, cell.state, STATES[cell.state], cell.quarantined, cell.errors,
         cell.warnings)
        for unit in audit.coverage.units
        for year, cell in sorted(unit.cells.items())
    )  # fmt: skip
    book.sheet("Độ phủ", "Độ phủ theo xã và năm", columns, rows)


def _files(book: Book, audit: Audit) -> None:
    columns = [Column("Năm", 8), Column("Mã xã", 9), Column("Xã, phường", 28), Column("Tệp", 18), Column("Lần gửi", 9),
               Column("Nhận ngày"), Column("Bản", 12), Column("Tình trạng", 16), Column("Hàng hộ"),
               Column("Hàng để riêng"), Column("Vì sao", 60, True)]  # fmt: skip
    rows = (
        (_year(file["survey_year"]), file["commune_code"], audit.name_of(file["commune_code"], file["survey_year"]),
         file["source_file_id"], file["submission_number"], file["received_at"], MATURITY.get(file["maturity"]),
         FILE_STATUS[file["status"]], file["household_rows"], file["quarantined_rows"], file["because"])
        for file in described_files(audit)
    )  # fmt: skip
    book.sheet("Tệp", "Mọi tệp đã nhận, kể cả tệp bị loại và tệp đã có bản thay", columns, rows)


def _findings(book: Book, audit: Audit) -> None:
    columns = [Column("Mức", 9), Column("Tình trạng", 11, True), Column("So với bản trước", 11, True),
               Column("Năm", 7), Column("Mã xã", 8), Column("Xã, phường", 16, True), Column("Tệp", 18),
               Column("Lần gửi", 8), Column("Nhận ngày", 11), Column("Trang", 13, True), Column("Hàng", 8, False, True),
               Column("Mục", 17, True), Column("Loại", 20, True), Column("Vấn đề và cách sửa", 52, True),
               Column("Ai sửa", 10, True), Column("Trả lời", 18, True), Column("Mã kiểm tra", 26)]  # fmt: skip
    rows = (
        (SEVERITY[row["severity"]], STATUS[row["status"]], _TREND[row["trend"]], _year(row["survey_year"]),
         row["commune_code"], audit.name_of(row["commune_code"], row["survey_year"]), row["source_file_id"],
         row["submission_number"], row["received_at"], row["sheet"], row["row_number"],
         row["header"] or row["column_name"], row["title"], row["sentence"], row["owner_vi"], row.get("response"),
         row["check_code"])
        for row in audit.findings
    )  # fmt: skip
    book.sheet("Phát hiện", "Phát hiện (cả những phát hiện đã xử lý)", columns, rows)


def _year(value: int | None) -> str | None:
    """A year without a thousands separator."""
    return None if value is None else str(value)


def _checks(book: Book, results: list[Row]) -> None:
    columns = [Column("Kết quả", 10), Column("Bộ kiểm tra", 18, True), Column("Kiểm tra", 28, True),
               Column("Nghĩa là", 42, True), Column("Cách sửa", 36, True), Column("Ở đâu", 18, True),
               Column("Thấy", 22, True), Column("Cần", 24, True), Column("Mức", 9), Column("Ai xử lý", 10, True),
               Column("Mã kiểm tra", 34)]  # fmt: skip
    rows = (
        ("đạt" if row["is_passed"] else "không đạt", ENGINE[row["engine"]], row["title"], row["meaning"],
         row["action"], row["place"], row["observed_vi"], row["expected_vi"], SEVERITY[row["severity"]],
         row["owner_vi"], row["check_id"])
        for row in results
    )  # fmt: skip
    book.sheet("Kiểm tra", "Mọi kiểm tra đã chạy", columns, rows)


def _reconciliation(book: Book, audit: Audit) -> None:
    columns = [Column("Kết quả", 13), Column("Năm", 8), Column("Mã xã", 9), Column("Xã, phường", 24),
               Column("Chỉ tiêu", 48), Column("Theo danh sách", 14), Column("Xã ghi"), Column("Chênh lệch"),
               Column("Trang", 18), Column("Hàng", 8, False, True), Column("Tệp", 18)]  # fmt: skip
    rows = (
        (_MATCHED[row["is_matched"]], _year(row["survey_year"]), row["area_code"],
         audit.name_of(row["area_code"], row["survey_year"]), audit.measure_vi(row["measure"]), row["list_value"],
         row["stated_value"], row["difference"], row["sheet"], row["source_row"], row["source_file_id"])
        for row in audit.reconciliation
    )  # fmt: skip
    book.sheet("Đối chiếu", "Số tổng hợp của xã so với danh sách", columns, rows)


def _published(book: Book, audit: Audit) -> None:
    columns = [Column("Kết quả", 13), Column("Số", 26), Column("Ấn phẩm", 20), Column("Năm", 8),
               Column("Chỉ tiêu", 40, True), Column("Đơn vị", 8), Column("Số in"),
               Column("Kho dữ liệu"), Column("Chênh lệch"), Column("Giải thích", 60, True)]  # fmt: skip
    rows = (
        (_MATCHED[row["is_matched"]], row["figure_id"], PUBLICATION[row["publication"]], _year(row["survey_year"]),
         row["name_vi"], UNIT.get(row["unit"], row["unit"]), row["published_value"], row["warehouse_value"],
         row["difference"], row["explanation"])
        for row in audit.published
    )  # fmt: skip
    book.sheet("Số liệu công bố", "Số liệu công bố so với kho dữ liệu", columns, rows)


def _links(book: Book, audit: Audit) -> None:
    columns = [Column("Nội dung", 34), Column("Năm", 8), Column("Mã xã", 9), Column("Số", 10), Column("Tệp", 18),
               Column("Hàng", 8, False, True), Column("Có thể là tệp", 18), Column("Hàng đó", 9, False, True),
               Column("Năm đó", 8),
               Column("Cách nối", 22), Column("Lý do", 44), Column("Điểm", 8)]  # fmt: skip
    counts = {"household_rows": "Hàng hộ", "linked_rows": "Đã nối", "review_rows": "Chờ xem lại",
              "not_found": "Không tìm thấy"}  # fmt: skip
    by_year = (
        (label, _year(row["survey_year"]), None, row[name], None, None, None, None, None, PASSES.get(name))
        for row in audit.link_years
        for name, label in (counts | dict.fromkeys(PASSES, "Đã nối, theo cách")).items()
    )
    reviews = (
        ("Cần xem lại", _year(row["survey_year"]), row["commune_code"], None, row["source_file_id"], row["source_row"],
         row["candidate_source_file_id"], row["candidate_source_row"], _year(row["candidate_survey_year"]),
         PASS.get(row["pass"], row["pass"]), REVIEW[row["reason"]], row["score"])
        for row in audit.link_reviews
    )  # fmt: skip
    book.sheet("Liên kết", "Liên kết hộ qua các năm", columns, [*by_year, *reviews])


def _decisions(book: Book, audit: Audit) -> None:
    columns = [Column("Loại", 11), Column("Tình trạng", 16), Column("Vấn đề hoặc ô", 44, True),
               Column("Phạm vi", 40, True), Column("Lý do", 50, True), Column("Người quyết định", 22), Column("Ngày"),
               Column("Hết hạn"), Column("Phát hiện", 10), Column("Vì sao không dùng được", 40, True),
               Column("Trước", 10), Column("Sau", 10)]  # fmt: skip
    waivers = (
        ("Miễn trừ", DECISION[row["status"]],
         audit.title_of(row["check_code"]),
         row["scope"], row["reason"], row["decided_by"], row["decided_on_vi"], row["expires_on_vi"],
         row["findings_waived"], row["problem"])
        for row in audit.waivers
    )  # fmt: skip
    corrections = (
        ("Đính chính", row["status_vi"], row["place"], _place(audit, row), row["reason"], row["decided_by"],
         row["decided_on_vi"], None, None, row["refusal"])
        for row in audit.corrections
    )  # fmt: skip
    effects = (
        ("Tác động", None, audit.measure_vi(row["measure"]), _place(audit, row), None, None, None, None, None, None,
         row["before_value"], row["after_value"])
        for row in audit.correction_effects
    )  # fmt: skip
    book.sheet(
        "Miễn trừ và đính chính", "Miễn trừ, đính chính và tác động", columns, [*waivers, *corrections, *effects]
    )


def _closings(book: Book, audit: Audit) -> None:
    columns = [Column("Năm", 8), Column("Số quyết định", 20), Column("Ngày"), Column("Người ký", 26, True),
               Column("Người chốt", 22, True), Column("Chốt ngày"), Column("Bản được phê duyệt", 26),
               Column("Tình trạng", 14), Column("Người mở lại", 22, True), Column("Mở lại ngày"),
               Column("Lý do mở lại", 40, True), Column("Tệp được giữ lại", 30, True),
               Column("Đính chính được giữ lại", 12)]  # fmt: skip
    rows = (
        (_year(row["survey_year"]), row["decision_number"], f"{row['decided_on']:%d/%m/%Y}", row["signer"],
         row["closed_by"], row["closed_at"], row["closed_release_id"], CLOSING[row["is_closed"]], row["reopened_by"],
         row["reopened_at"], row["reopen_reason"], ", ".join(row["held_files"]), row["held_corrections"])
        for row in described_closings(audit)
    )  # fmt: skip
    book.sheet("Năm đã chốt", "Năm đã chốt, năm được mở lại", columns, rows)


def _place(audit: Audit, row: Row) -> str:
    if row["survey_year"] is None:
        return "chưa rõ tệp nào"
    return f"{audit.name_of(row['commune_code'], row['survey_year'])}, năm {row['survey_year']}"


def _changes(book: Book, audit: Audit, difference: ReleaseDifference | None) -> None:
    columns = [Column("Nội dung", 12), Column("Năm", 8), Column("Nơi", 28), Column("Ranh giới", 18),
               Column("Bảng hoặc tệp", 36), Column("Số liệu", 40), Column("Trước", 16), Column("Nay", 16),
               Column("Do", 18), Column("Thêm", 10), Column("Bớt", 10), Column("Đổi", 10)]  # fmt: skip
    title = "Thay đổi so với bản trước"
    if difference is None:
        book.sheet("Thay đổi", f"{title}: đây là bản đầu tiên", columns, [])
        return
    files = (
        ("Tệp", _year(file.survey_year), audit.name_of(file.commune_code, file.survey_year), None, file.source_file_id,
         FILE_CHANGE[file.change], FILE_STATUS.get(file.old_status or ""), FILE_STATUS.get(file.new_status or ""))
        for file in difference.files
    )  # fmt: skip
    tables = (
        ("Bảng", None, None, None, table.table, None, None, None, None, table.rows_added, table.rows_removed,
         table.rows_changed)
        for table in difference.tables
    )  # fmt: skip
    figures = (
        ("Số liệu", _year(row["survey_year"]), row["area_name"], boundary_vi(row["boundary"]), row["table"],
         f"{row['label']} {row['breakdown']}".strip(), row["old"], row["new"], CAUSE.get(row["cause"], row["cause"]))
        for row in figure_rows(audit, difference.figures, LISTED_FIGURES)
    )  # fmt: skip
    places = (
        ("Nơi và năm", _year(row["survey_year"]), row["area_name"], None, None,
         f"{count_vi(row['figures'])} số liệu thay đổi", None, None, row["cause_vi"])
        for row in place_rows(audit, difference)[:LISTED_FIGURES]
    )  # fmt: skip
    left_out = sum(count.figures for count in difference.counts) - min(len(difference.figures), LISTED_FIGURES)
    if left_out > 0:
        title += f" (thêm {count_vi(left_out)} số liệu: poverty diff {difference.old_id} {difference.new_id} --json)"
    book.sheet("Thay đổi", title, columns, [*files, *places, *tables, *figures])
