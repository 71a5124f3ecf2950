"""What `poverty inspect` found in one workbook, in Vietnamese or English: a line per kind of problem and place for a
terminal, every finding with its cell for an Excel list."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from base import text
from base.check_catalogue import load_checks
from ingestion.cell_addresses import CellAddresses
from reports.audit.data import describe
from reports.audit.labels_vi import BLOCKS, MATURITY, SEVERITY
from reports.audit.trace_pages import ranges
from reports.feedback.correction_lists import cell_of, problem_and_action
from reports.numbers import count_vi
from reports.tables import Row

_NAME = re.compile("«[^»]*»")
_NAMED_ROWS = 60  # characters; an Excel list names every row


class Language(StrEnum):
    """The languages that people can be answered in."""

    VI = "vi"
    EN = "en"


@dataclass(frozen=True)
class Words:
    """What is said in one language; places in braces are filled in."""

    facts: dict[str, str]
    severity: dict[str, str]
    maturity: dict[str, str]
    blocks: dict[str, str]
    headings: tuple[str, str, str]
    list_headings: tuple[str, ...]
    unreadable: str
    empty: str
    rejected: str
    accepted: str
    left_out: str
    nothing: str
    counted: str
    whole_file: str
    column: str
    rows: str
    more_rows: str
    title: str
    how: str


_FACTS = ("sha256", "form", "survey_year", "commune_code", "submission_number", "maturity", "household_rows",
          "member_rows")  # fmt: skip
WORDS = {
    Language.VI: Words(
        facts=dict(zip(_FACTS, ("Mã kiểm tệp", "Mẫu", "Năm rà soát", "Mã xã", "Lần gửi", "Mức hoàn thiện", "Hàng hộ",
                                "Hàng thành viên"), strict=True)),
        severity=SEVERITY,
        maturity=MATURITY,
        blocks=BLOCKS,
        headings=("Mức", "Ở đâu", "Vấn đề và cách sửa"),
        list_headings=("STT", "Mức", "Ô", "Vấn đề", "Cách sửa", "Hậu quả", "Mã kiểm tra"),
        unreadable="không đọc được",
        empty="Tệp trống, không có gì để đọc.",
        rejected="Nếu gửi tệp này: cả tệp bị loại, không hàng nào được tính.",
        accepted="Nếu gửi tệp này: tệp được nhận, mọi hàng được tính.",
        left_out="Nếu gửi tệp này: tệp được nhận nhưng {count} hàng bị để riêng, không tính vào số liệu: {rows}.",
        nothing="Không thấy vấn đề nào.",
        counted="{errors} lỗi phải sửa, {warnings} cảnh báo cần kiểm tra",
        whole_file="cả tệp",
        column="cột {letter}",
        rows="hàng {rows}",
        more_rows="… ({count} hàng)",
        title="Kết quả kiểm tra tệp trước khi gửi",
        how="Cách làm: mở tệp, đến đúng ô, sửa, lưu lại rồi kiểm tra lại. Phải sửa các lỗi; cảnh báo thì kiểm tra.",
    ),
    Language.EN: Words(
        facts=dict(zip(_FACTS, ("Checksum", "Form", "Year", "Commune", "Submission", "Maturity", "Households",
                                "Members"), strict=True)),
        severity={"error": "Error", "warning": "Warning"},
        maturity={"final": "final", "provisional": "provisional"},
        blocks={"nothing": "nothing is left out", "file": "the whole file is rejected", "row": "the row is left out",
                "release": "nothing is published"},
        headings=("Severity", "Where", "What and what to do"),
        list_headings=("No.", "Severity", "Cell", "What", "What to do", "Effect", "Check"),
        unreadable="not readable",
        empty="The file is empty.",
        rejected="If it were sent: the whole file would be rejected, no row would count.",
        accepted="If it were sent: the file would be accepted, every row would count.",
        left_out="If it were sent: the file would be accepted, but {count} rows would be left out of all figures: "
        "{rows}.",
        nothing="No problem found.",
        counted="{errors} errors to correct, {warnings} warnings to look at",
        whole_file="whole file",
        column="column {letter}",
        rows="rows {rows}",
        more_rows="… ({count} rows)",
        title="What was found in the file, before it is sent",
        how="Open the file, go to the cell, correct it, save and inspect it again. Errors must be corrected; look at "
        "warnings.",
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Line:
    """One kind of problem in one place, with every row that has it."""

    severity: str
    where: str
    what: str


class Inspection:
    """One workbook: what it is, what was found in it, which rows would be left out of all figures.

    Args:
        entry: what the registry would say of the file; None for an empty one.
        findings: the rows of quality.finding.
        left_out: (sheet, row) that no figure would count.
        places: the file's cells.
        language: of every sentence.
    """

    def __init__(
        self,
        entry: dict[str, object] | None,
        findings: list[Row],
        left_out: Sequence[tuple[str, int]],
        places: CellAddresses,
        language: Language,
    ) -> None:
        self._entry, self._findings, self._left_out, self._places = entry, findings, left_out, places
        self._language, self.words = language, WORDS[language]
        checks = {code: vars(check) for code, check in load_checks().items()}
        for finding in findings:
            describe(finding, checks, {})

    @property
    def errors(self) -> int:
        """How many findings are errors."""
        return sum(finding["severity"] == "error" for finding in self._findings)

    def facts(self) -> list[tuple[str, str]]:
        """What the file is: label and value; nothing of an empty file."""
        found = []
        for name, label in self.words.facts.items() if self._entry else ():
            value = self._entry[name] if self._entry else None
            shown = self.words.maturity.get(str(value), str(value))
            found.append((label, self.words.unreadable if value is None else shown))
        return found

    def verdict(self) -> str:
        """What would become of the file, and which rows would not count."""
        if self._entry is None:
            return self.words.empty
        if self._entry["status"] != "accepted":
            return self.words.rejected
        if not self._left_out:
            return self.words.accepted
        by_sheet: dict[str, list[int]] = {}
        for sheet, row in self._left_out:
            by_sheet.setdefault(text.fold(sheet), []).append(row)
        rows = "; ".join(f"«{sheet}» {self._rows(numbers)}" for sheet, numbers in by_sheet.items())
        return self.words.left_out.format(count=self._count(len(self._left_out)), rows=rows)

    def counted(self) -> str:
        """How many errors and warnings there are."""
        if not self._findings:
            return self.words.nothing
        warnings = len(self._findings) - self.errors
        return self.words.counted.format(errors=self._count(self.errors), warnings=self._count(warnings))

    def lines(self) -> list[Line]:
        """Problems, errors first, those of one kind and column on one line with all their rows."""
        found: dict[tuple[str, ...], list[int]] = {}
        for finding in self._findings:
            key = finding["severity"], self._sheet_and_column(finding), " ".join(self._texts(finding))
            found.setdefault(key, []).extend([finding["row_number"]] if finding["row_number"] else [])
        return [
            Line(self.words.severity[severity], f"{place}, {self._rows(rows)}" if rows else place, what)
            for (severity, place, what), rows in found.items()
        ]

    def list_rows(self) -> Iterable[tuple[str, ...]]:
        """Every finding for the Excel list: severity, cell, what, what to do, effect, check."""
        for finding in self._findings:
            blocks = load_checks()[finding["check_code"]].blocks
            cell = cell_of(finding, self._places)
            yield (
                self.words.severity[finding["severity"]],
                cell if finding["sheet"] or finding["column_name"] else self.words.whole_file,
                *self._texts(finding),
                self.words.blocks[blocks],
                finding["check_code"],
            )

    def _texts(self, finding: Row) -> tuple[str, str]:
        """What is wrong, and what to do."""
        if self._language == Language.VI:
            return problem_and_action(finding)
        check = load_checks()[finding["check_code"]]
        named = ", ".join(_NAME.findall(problem_and_action(finding)[0]))  # sheets and headers are named as they are
        return f"{check.title_en}{f': {named}' if named else ''}.", check.action_en

    def _sheet_and_column(self, finding: Row) -> str:
        name = finding["column_name"] or ""
        column = f"«{finding['header']}»" if finding["header"] else ""
        if not column and name.isascii() and name.isupper():  # outside the form: ingestion names its letter
            column = self.words.column.format(letter=name)
        sheet = f"«{text.fold(finding['sheet'])}»" if finding["sheet"] else ""
        return ", ".join(part for part in (sheet, column) if part) or self.words.whole_file

    def _rows(self, numbers: Sequence[int]) -> str:
        named = ranges(numbers)
        if len(named) > _NAMED_ROWS:
            cut = named[:_NAMED_ROWS].rpartition(",")[0]
            named = f"{cut} {self.words.more_rows.format(count=self._count(len(set(numbers))))}"
        return self.words.rows.format(rows=named)

    def _count(self, number: int) -> str:
        return count_vi(number) if self._language == Language.VI else f"{number:,}"
