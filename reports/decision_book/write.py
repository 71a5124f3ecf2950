"""The workbook to decide in: `$POVERTY_HOME/private/decisions/<release>.xlsx`, for the owner alone: it holds values."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import xlsxwriter

from base.home import Home
from base.whole_file import write_whole
from reports.acting import release_day
from reports.audit.data import read_checks, read_files, read_findings
from reports.audit.excel_styles import row_height
from reports.audit.labels_vi import REVIEW, SEVERITY
from reports.decision_book import words
from reports.decision_book.present_values import PresentValues
from reports.feedback.correction_lists import problem_and_action
from reports.tables import Row, open_release

_HEAD_ROW = 3
_FREE_LINES = 200
_OWNER_FILE = 0o600


@dataclass(frozen=True)
class _Column:
    heading: str
    width: int
    choices: tuple[str, ...] = ()
    is_answer: bool = False


_FINDINGS = (
    _Column(words.CODE, 10),
    _Column(words.YEAR, 7),
    _Column(words.COMMUNE, 8),
    _Column(words.SEVERITY, 9),
    _Column(words.FILE, 10),
    _Column(words.SHEET, 16),
    _Column(words.ROW, 7),
    _Column(words.COLUMN, 18),
    _Column(words.PROBLEM, 44),
    _Column(words.ACTION, 34),
    _Column(words.PRESENT, 18),
    _Column(words.DECISION, 12, words.FINDING_DECISIONS, is_answer=True),
    _Column(words.RIGHT, 18, is_answer=True),
    _Column(words.REASON, 34, is_answer=True),
    _Column(words.EXPIRES, 11, is_answer=True),
    _Column(words.NUMBER, 15, is_answer=True),
)
_LINKS = (
    _Column(words.YEAR, 7),
    _Column(words.COMMUNE, 8),
    _Column(words.FILE, 10),
    _Column(words.ROW, 7),
    _Column(words.HEAD, 22),
    _Column(words.OTHER_YEAR, 8),
    _Column(words.OTHER_FILE, 10),
    _Column(words.OTHER_ROW, 8),
    _Column(words.OTHER_HEAD, 22),
    _Column(words.WHY, 32),
    _Column(words.SCORE, 8),
    _Column(words.DECISION, 12, words.LINK_DECISIONS, is_answer=True),
    _Column(words.REASON, 34, is_answer=True),
)
_CELLS = tuple(
    _Column(heading, width, is_answer=True)
    for heading, width in ((words.FILE, 10), (words.SHEET, 20), (words.ROW, 7), (words.COLUMN, 28), (words.OLD, 20),
                           (words.RIGHT, 20), (words.REASON, 34), (words.NUMBER, 15))
)  # fmt: skip


@dataclass(frozen=True)
class DecisionBook:
    """What was written: how many findings and links wait for a decision in it."""

    path: Path
    findings: int
    links: int


def write_book(home: Home, release: Path, expires_on: date, survey_year: int | None = None) -> DecisionBook:
    """Write the workbook of a release, of one year or of all; one that is there is replaced.

    Args:
        home: the warehouse.
        release: the folder of the release.
        expires_on: the last day of a waiver, filled in; people may write another.
        survey_year: only findings and links of this year.
    """
    with open_release(release) as reader:
        checks, files = read_checks(reader, release_day(release.name)), read_files(reader)
        findings = [
            row
            for row in read_findings(reader, checks, files)
            if row["status"] == "open" and survey_year in (None, row["survey_year"])
        ]
        length = words.code_length([row["finding_id"] for row in reader.rows("select finding_id from quality.finding")])
        links = [
            row
            for row in reader.rows(
                "select reviews.*, files.commune_code from quality.link_review as reviews "
                "left join quality.source_file as files using (source_file_id) "
                "order by reviews.survey_year desc, files.commune_code, reviews.source_row"
            )
            if survey_year in (None, row["survey_year"])
        ]
    present = PresentValues(
        home,
        [row["source_file_id"] for row in [*findings, *links]] + [row["candidate_source_file_id"] for row in links],
    )
    target = BytesIO()
    book = xlsxwriter.Workbook(
        target, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    )
    _sheet(
        book,
        "Vấn đề",
        f"Các vấn đề chưa giải quyết, bản phát hành {release.name}",
        f"Chọn «{words.WAIVE}» (kèm lý do, ngày hết hạn) hoặc «{words.CORRECT}» (kèm giá trị đúng, lý do); hàng để "
        "trống thì không quyết định gì. Lý do sẽ được công bố: không ghi tên, số định danh, địa chỉ của người dân.",
        _FINDINGS,
        [_finding(row, length, present, expires_on) for row in findings],
    )
    _sheet(
        book,
        "Liên kết",
        "Các hàng có thể là hộ của năm trước",
        f"So hai hàng rồi chọn «{words.SAME}» hoặc «{words.OTHER}», kèm lý do. Một hàng có nhiều hộ được hỏi: chọn "
        f"«{words.SAME}» ở một hộ, hoặc «{words.OTHER}» ở mọi hộ.",
        _LINKS,
        [_link(row, present) for row in links],
    )
    _sheet(
        book,
        "Sửa ô khác",
        "Sửa một ô không có trong danh sách vấn đề",
        "Tệp: mã tám ký tự như trên các trang. Cột: tiêu đề như in trên mẫu. Giá trị cũ phải đúng như trong ô.",
        _CELLS,
        [(None,) * len(_CELLS)] * _FREE_LINES,
    )
    book.close()
    folder = home.private_folder("decisions")
    path = folder / f"{release.name}{f'-{survey_year}' if survey_year else ''}.xlsx"
    write_whole(path, target.getvalue(), _OWNER_FILE)
    return DecisionBook(path, len(findings), len(links))


def _finding(row: Row, length: int, present: PresentValues, expires_on: date) -> tuple[Any, ...]:
    cell = present.of(row)
    problem, action = problem_and_action(row)
    return (
        row["finding_id"][:length],
        row["survey_year"],
        row["commune_code"],
        SEVERITY[row["severity"]],
        (row["source_file_id"] or "")[: words.LEAST_CODE],
        row["sheet"],
        row["row_number"] or (cell.row if cell else None),
        row["header"] or row["column_name"],
        problem,
        action,
        cell.value if cell else None,
        None,
        None,
        None,
        f"{expires_on:%d/%m/%Y}",
        None,
    )


def _link(row: Row, present: PresentValues) -> tuple[Any, ...]:
    return (
        row["survey_year"],
        row["commune_code"],
        row["source_file_id"][: words.LEAST_CODE],
        row["source_row"],
        present.head(row["source_file_id"], row["source_row"]),
        row["candidate_survey_year"],
        row["candidate_source_file_id"][: words.LEAST_CODE],
        row["candidate_source_row"],
        present.head(row["candidate_source_file_id"], row["candidate_source_row"]),
        REVIEW[row["reason"]],
        None if row["score"] is None else round(row["score"], 1),
        None,
        None,
    )


def _sheet(
    book: Any, name: str, title: str, how: str, columns: Sequence[_Column], rows: Sequence[Sequence[Any]]
) -> None:
    """A sheet whose cells are locked but for those of an answer; what has choices offers them."""
    look = {"font_name": "Arial", "font_size": 10, "valign": "top", "text_wrap": True, "border": 1}
    bold = book.add_format({"font_name": "Arial", "font_size": 14, "bold": True})
    plain = book.add_format({"font_name": "Arial", "font_size": 10, "italic": True})
    head = book.add_format({**look, "bold": True, "bg_color": "#E6EBF0"})
    cell = book.add_format(look)
    answer = book.add_format({**look, "bg_color": "#FBFBE8", "locked": False, "num_format": "@"})
    sheet = book.add_worksheet(name)
    sheet.protect("", {"autofilter": True, "sort": True, "format_columns": True, "format_rows": True})
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(_HEAD_ROW)
    sheet.write_string(0, 0, title, bold)
    sheet.write_string(1, 0, how, plain)
    for place, column in enumerate(columns):
        sheet.set_column(place, place, column.width)
        sheet.write_string(_HEAD_ROW, place, column.heading, head)
    for line, row in enumerate(rows, start=_HEAD_ROW + 1):
        sheet.set_row(line, row_height((text, column.width) for text, column in zip(row, columns, strict=True)))
        for place, (value, column) in enumerate(zip(row, columns, strict=True)):
            look_of = answer if column.is_answer else cell
            if value is None:
                sheet.write_blank(line, place, None, look_of)
            elif isinstance(value, str):
                sheet.write_string(line, place, value, look_of)
            else:
                sheet.write_number(line, place, value, look_of)
    last = _HEAD_ROW + max(len(rows), 1)
    for place, column in enumerate(columns):
        if column.choices:
            sheet.data_validation(
                _HEAD_ROW + 1,
                place,
                last,
                place,
                {"validate": "list", "source": list(column.choices), "error_title": column.heading,
                 "error_message": f"Chọn một trong: {', '.join(column.choices)}; để trống nếu chưa quyết định."},
            )  # fmt: skip
    sheet.freeze_panes(_HEAD_ROW + 1, 0)
    if rows:
        sheet.autofilter(_HEAD_ROW, 0, last, len(columns) - 1)
