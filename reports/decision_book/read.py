"""What people answered in a workbook of decisions, or a commune in its list: as lines of the decision files."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from base.home import Home
from base.text import key
from ingestion.decisions import DECISION_FILES, LINKS, WAIVER_SCOPE
from ingestion.open_workbook import RejectedWorkbookError, Workbook, open_workbook
from ingestion.quiet_readers import quiet_readers
from reports.decision_book import words
from reports.decision_book.present_values import PresentValues
from reports.tables import Row, open_release

WAIVERS, CORRECTIONS = (DECISION_FILES[name][0] for name in ("waiver", "correction"))
_MOST_ROWS_ABOVE = 12
_OF_FINDINGS = {words.CODE, words.DECISION, words.REASON}
_OF_COMMUNE = {words.CODE, words.COMMUNE_ANSWER, words.REASON}
_OF_LINKS = {words.FILE, words.ROW, words.OTHER_FILE, words.OTHER_ROW, words.DECISION}
_OF_CELLS = {words.FILE, words.SHEET, words.ROW, words.COLUMN, words.OLD, words.RIGHT}
_ANSWERS = (words.DECISION, words.COMMUNE_ANSWER, words.RIGHT, words.REASON)


class UnreadableAnswersError(ValueError):
    """The file is no workbook of decisions and no list of a commune; the message says so."""


@dataclass(frozen=True)
class Answer:
    """One answered row: the line that it is in a decision file, or why it is none.

    Attributes:
        sheet: the worksheet.
        row: its row there.
        file_name: the decision file; None where nothing is to be recorded.
        line: the cells of the line.
        remark: why nothing is recorded.
        is_refused: whether that is a fault of the answer.
    """

    sheet: str
    row: int
    file_name: str | None = None
    line: Mapping[str, str | None] = field(default_factory=dict)
    remark: str = ""
    is_refused: bool = False


@dataclass(frozen=True)
class _Given:
    """The cells of one answered row by heading."""

    sheet: str
    row: int
    cells: Mapping[str, str | None]

    def __getitem__(self, heading: str) -> str | None:
        return self.cells.get(heading)

    def refused(self, why: str) -> Answer:
        return Answer(self.sheet, self.row, remark=why, is_refused=True)


def read_answers(
    home: Home, release: Path, content: bytes, decided_by: str, decided_on: date, expires_on: date
) -> list[Answer]:
    """Every row that somebody answered, in the order of the file.

    Args:
        home: the warehouse.
        release: the release whose findings the codes name.
        content: the workbook.
        decided_by: who decides.
        decided_on: the day of the decision.
        expires_on: the last day of a waiver for which the workbook names none.

    Raises UnreadableAnswersError.
    """
    try:
        with quiet_readers():
            book = open_workbook(content)
            tables = [table for name in book.sheet_names if (table := _table(book, name)) is not None]
    except RejectedWorkbookError:
        tables = []
    if not tables:
        raise UnreadableAnswersError(
            "Tệp này không phải sổ quyết định (`poverty decisions open`), cũng không phải danh sách cần sửa của xã "
            "(`poverty feedback`)."
        )
    by = {"decided_by": decided_by, "decided_on": decided_on.isoformat()}
    found: list[Answer] = []
    for headings, rows in tables:
        if headings >= _OF_LINKS:
            found += _links(rows, by)
        elif headings >= _OF_CELLS:
            found += [_cell(row, by) for row in rows]
        else:
            found += _findings(home, release, rows, by, expires_on)
    return found


def _table(book: Workbook, name: str) -> tuple[set[str], list[_Given]] | None:
    """(headings, answered rows) of a sheet that holds answers; None of any other."""
    known = {key(heading): heading for heading in vars(words).values() if isinstance(heading, str)}
    cells = book.cells(name)
    for number in [int(number) for number in cells.row_numbers if number <= _MOST_ROWS_ABOVE]:
        headings = [known.get(key(cell or "")) for cell in cells.row(number)]
        named = {heading for heading in headings if heading}
        if any(wanted <= named for wanted in (_OF_FINDINGS, _OF_COMMUNE, _OF_LINKS, _OF_CELLS)):
            answers = {*_ANSWERS} | ({words.FILE, words.OLD} if named >= _OF_CELLS else set())
            rows = []
            for place in range(cells.place_from(number + 1), len(cells.row_numbers)):
                values = {
                    heading: value for heading, value in zip(headings, cells.row_at(place), strict=True) if heading
                }
                is_asked = named >= _OF_LINKS and values.get(words.FILE)  # what is left empty counts there
                if is_asked or any(values.get(heading) for heading in answers):
                    rows.append(_Given(name, int(cells.row_numbers[place]), values))
            return named, rows
    return None


def _findings(
    home: Home, release: Path, rows: Sequence[_Given], by: Mapping[str, str], expires_on: date
) -> Iterator[Answer]:
    with open_release(release) as reader:
        findings = reader.rows("from quality.finding where status = 'open'")
    named = {row.row: _of_code(findings, row[words.CODE]) for row in rows}
    present = PresentValues(home, [one["source_file_id"] for one in named.values() if one])
    answers = [_finding(row, named[row.row], present, by, expires_on) for row in rows]
    answered = {one["finding_id"] for answer in answers if answer.file_name == WAIVERS and (one := named[answer.row])}
    for row, answer in zip(rows, answers, strict=True):
        others = 0
        if answer.file_name == WAIVERS:
            others = sum(one["finding_id"] not in answered for one in findings if _covers(answer.line, one))
        refusal = (
            f"chấp nhận vấn đề này là chấp nhận cả {others} vấn đề cùng loại chưa được trả lời như vậy; "
            "hãy trả lời mọi vấn đề ấy"
        )
        yield row.refused(refusal) if others else answer


def _covers(line: Mapping[str, str | None], finding: Row) -> bool:
    """Whether a waiver would accept a finding."""
    return all(line[name] is None or line[name] == str(finding[name]) for name in WAIVER_SCOPE)


def _of_code(findings: Sequence[Row], code: str | None) -> Row | None:
    if not code or len(code) < words.LEAST_CODE:
        return None
    found = [one for one in findings if one["finding_id"].startswith(code.lower())]
    return found[0] if len(found) == 1 else None


def _finding(
    row: _Given, finding: Row | None, present: PresentValues, by: Mapping[str, str], expires_on: date
) -> Answer:
    said = row[words.DECISION] or row[words.COMMUNE_ANSWER]
    meant = words.MEANT.get(key(said or ""))
    if meant == words.SENT_AGAIN:
        return Answer(row.sheet, row.row, remark="xã nói đã gửi lại tệp; không cần quyết định")
    if meant not in words.FINDING_DECISIONS:
        offered = words.COMMUNE_ANSWERS if words.COMMUNE_ANSWER in row.cells else words.FINDING_DECISIONS
        return row.refused(f"quyết định phải là một trong: {', '.join(offered)}")
    if finding is None:
        return row.refused("bản phát hành hiện tại không còn vấn đề nào có mã này chưa giải quyết")
    shared = {**by, "reason": row[words.REASON], "decision_number": row[words.NUMBER]}
    if meant == words.WAIVE:
        if row[words.RIGHT]:
            return row.refused(f"có giá trị đúng thì chọn «{words.CORRECT}», không chọn «{said}»")
        line = {name: None if finding[name] is None else str(finding[name]) for name in WAIVER_SCOPE}
        expires = row[words.EXPIRES] or expires_on.isoformat()
        return Answer(row.sheet, row.row, WAIVERS, {**line, **shared, "expires_on": expires})
    cell = present.of(finding)
    if cell is None:
        return row.refused("vấn đề này không ở một ô có thể sửa; hãy gửi lại tệp, hoặc dùng trang «Sửa ô khác»")
    is_shown = words.PRESENT in row.cells
    line = {
        "file": finding["source_file_id"],
        "sheet": cell.sheet,
        "row": str(cell.row),
        "column": finding["column_name"],
        # What the person saw: a cell that has changed since is not corrected.
        "old_value": row[words.PRESENT] if is_shown else cell.value,
        "new_value": row[words.RIGHT],
    }
    return Answer(row.sheet, row.row, CORRECTIONS, {**line, **shared})


def _cell(row: _Given, by: Mapping[str, str]) -> Answer:
    line = {
        "file": row[words.FILE],
        "sheet": row[words.SHEET],
        "row": row[words.ROW],
        "column": row[words.COLUMN],
        "old_value": row[words.OLD],
        "new_value": row[words.RIGHT],
        "reason": row[words.REASON],
        "decision_number": row[words.NUMBER],
    }
    return Answer(row.sheet, row.row, CORRECTIONS, {**line, **by})


def _links(rows: Sequence[_Given], by: Mapping[str, str]) -> Iterator[Answer]:
    """One line for each row of a file that somebody decided about."""
    of_one: dict[tuple[str | None, str | None], list[_Given]] = {}
    for row in rows:
        of_one.setdefault((row[words.FILE], row[words.ROW]), []).append(row)
    for (file, number), asked in of_one.items():
        if not any(row[words.DECISION] or row[words.REASON] for row in asked):
            continue
        meant = [words.MEANT.get(key(row[words.DECISION] or "")) for row in asked]
        unclear = [row for row, said in zip(asked, meant, strict=True) if said not in words.LINK_DECISIONS]
        unclear = [row for row in unclear if row[words.DECISION] or words.SAME not in meant]
        if unclear:
            for row in unclear:
                yield row.refused(
                    f"quyết định phải là một trong: {', '.join(words.LINK_DECISIONS)}; một hàng có nhiều hộ được hỏi "
                    "thì quyết định về mọi hộ"
                )
            continue
        same = [row for row, said in zip(asked, meant, strict=True) if said == words.SAME]
        if len(same) > 1:
            yield same[1].refused("một hàng không thể cùng hộ với hai hộ; hãy chọn một")
            continue
        chosen = same[0] if same else asked[0]
        if not chosen[words.REASON]:
            yield chosen.refused("thiếu lý do")
            continue
        target = (
            {"other_source_file_id": chosen[words.OTHER_FILE], "other_source_row": chosen[words.OTHER_ROW]}
            if same
            else {"household_id": "new"}
        )
        line = {"survey_year": chosen[words.YEAR], "source_file_id": file, "source_row": number, **target}
        yield Answer(chosen.sheet, chosen.row, LINKS, {**line, **by, "reason": chosen[words.REASON]})
