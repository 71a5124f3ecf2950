"""Small hostile or odd workbooks made by code, each with the finding or value it must give.

`python -m tests.support.odd_workbooks` loads all of them in one batch and prints the figures of docs/reliability.md.
"""

import io
import itertools
import random
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
from openpyxl import Workbook
from openpyxl.styles import Font

from base.forms import load_forms
from base.home import Home
from ingestion.ingest import ingest
from ingestion.registry import Registry
from tests.support.spellings import SPELLINGS, parts_of, respelled, zipped
from tests.support.workbooks import household, member, workbook_bytes

FORMS = load_forms()
FORM = FORMS["F2022"]
MEMBER_ROW = (
    FORM.sheets["member"].first_header_row
    + FORM.sheets["member"].header_rows
    + FORM.sheets["member"].has_column_number_row
)
_SUBMISSIONS = itertools.count(1)  # each workbook is a submission of its own
FIRST_ROW = FORM.sheets["household"].first_header_row + FORM.sheets["household"].header_rows + 1


@dataclass
class Odd:
    """One odd workbook.

    `rejected`: the check that rejects it, "" for an accepted one. `values`: (role, row, field) -> text in raw.
    `problems`: (role, row, field) -> check of single cells. `findings`: checks of level file beside a rejection.
    `like_plain`: its raw tables are those of the plain workbook.
    """

    name: str
    content: bytes
    rejected: str = ""
    values: dict[tuple[str, int, str], str | None] = field(default_factory=dict)
    problems: dict[tuple[str, int, str], str] = field(default_factory=dict)
    findings: tuple[str, ...] = ()
    like_plain: bool = False
    rows: int | None = None


def book(change: Callable[[Workbook], None] | None = None, *, cover: dict[str, Any] | None = None, **row: Any) -> bytes:
    """A workbook of two households; `row` is what differs in the first."""
    return workbook_bytes(
        FORM,
        cover_values={"submission_number": next(_SUBMISSIONS)} | (cover or {}),
        households=[household(FORM) | row, household(FORM, "29161-0002")],
        members=[member(FORM), member(FORM, "29161-0002")],
        change=change,
    )


def _cell(workbook: Workbook, name: str, role: str = "household", row: int = FIRST_ROW) -> Any:
    sheet = FORM.sheets[role]
    place = [column.field for column in sheet.columns].index(name) + 1
    if sheet.header_rows == 0:
        return workbook[sheet.name].cell(place, 2)
    return workbook[sheet.name].cell(row, place)


def _set(
    name: str, value: Any, number_format: str | None = None, kind: str | None = None, role: str = "household"
) -> Callable[[Workbook], None]:
    row = FIRST_ROW if role == "household" else MEMBER_ROW

    def change(workbook: Workbook) -> None:
        cell = _cell(workbook, name, role, row)
        cell.value = value
        if number_format:
            cell.number_format = number_format
        if kind:
            cell.data_type = kind

    return change


_DATE = "dd/mm/yyyy"


def _spellings() -> Iterator[Odd]:
    for name in SPELLINGS:
        yield Odd(f"spelling {name}", respelled(book(), name), like_plain=True)
    generator = random.Random(11)
    for number in range(16):
        names = generator.sample([n for n in SPELLINGS if n != "UTF-16"], 3)
        yield Odd(f"spellings {number}", respelled(book(), *names), like_plain=True)


def _errors() -> Iterator[Odd]:
    texts = ("#REF!", "#N/A", "#NAME?", "#VALUE!", "#DIV/0!", "#NULL!", "#NUM!")
    fields = ("household_code", "head_name", "head_citizen_id", "head_birth", "hamlet", "b1_score", "note")
    for text, name in zip(texts, fields, strict=True):
        for spelling in ("", "prefix", "single quotes", "character references"):
            content = book(_set(name, text, kind="e"))
            spelled = respelled(content, spelling) if spelling else content
            place = ("household", FIRST_ROW, name)
            yield Odd(f"error {text} {spelling}", spelled, values={place: None}, problems={place: "error_in_cell"})
    for name, role in (("is_deprived_housing_area", "household"), ("household_code", "member"), ("birth", "member")):
        place = (role, FIRST_ROW if role == "household" else MEMBER_ROW, name)
        content = book(_set(name, "#REF!", kind="e", role=role))
        yield Odd(f"error in {name} {role}", content, values={place: None}, problems={place: "error_in_cell"})
    for name, spelling in (("b1_score", ""), ("need_loan", "prefix"), ("member_count", "single quotes")):
        place = ("household", FIRST_ROW, name)
        content = book(_set(name, "=1+1"))
        content = respelled(content, spelling) if spelling else content
        yield Odd(f"formula in {name}", content, values={place: None}, problems={place: "formula_without_result"})
    content = book(_set("resident_households", "#REF!", kind="e", role="total"))
    row = [column.field for column in FORM.sheets["total"].columns].index("resident_households") + 1
    place = ("total", row, "resident_households")
    yield Odd("error in a total", content, values={place: None}, problems={place: "error_in_cell"})


# field, value, number format, text in raw, check
_VALUES: tuple[tuple[str, Any, str | None, str | None, str | None], ...] = (
    ("head_citizen_id", 83041498217, _DATE, "083041498217", None),
    ("head_citizen_id", 83162185800, None, "083162185800", None),
    ("head_citizen_id", 320123456, _DATE, "320123456", None),
    ("head_citizen_id", 1234567890, None, "001234567890", None),
    ("head_citizen_id", 912345678, None, "912345678", None),
    ("head_citizen_id", 12051960, None, "12051960", None),
    ("head_citizen_id", 8304149821.5, None, None, "unreadable_code"),
    ("head_citizen_id", 8304149821777, None, "8304149821777", None),
    ("head_citizen_id", "0912345678", None, "0912345678", None),
    ("head_citizen_id", "083041498217\u200b", None, "083041498217", None),
    ("head_citizen_id", "'083041498217", None, "083041498217", None),
    ("head_citizen_id", "０８３０４１４９８２１７", None, "083041498217", None),
    ("head_citizen_id", date(1960, 5, 12), _DATE, "22048", None),
    ("household_code", 291610001, _DATE, "291610001", None),
    ("household_code", "29161–0001", None, "29161-0001", None),
    ("household_code", "２９１６１-0001", None, "29161-0001", None),
    ("head_birth", 1967, _DATE, "1967", None),
    ("head_birth", 1900, _DATE, "1900", None),
    ("head_birth", FORM.first_survey_year, _DATE, str(FORM.first_survey_year), None),
    ("head_birth", 8081967, _DATE, "8081967", None),
    ("head_birth", 19670808, _DATE, "19670808", None),
    ("head_birth", date(1967, 8, 8), _DATE, "1967-08-08", None),
    ("head_birth", datetime(1967, 8, 8, 13, 5), "dd/mm/yyyy hh:mm", "1967-08-08", None),
    ("head_birth", "8/8/1967", None, "8/8/1967", None),
    ("head_birth", "ngày 8 tháng 8 năm 1967", None, "ngày 8 tháng 8 năm 1967", None),
    ("head_birth", 1e20, None, "100000000000000000000", None),
    ("member_count", 5, _DATE, "5", None),
    ("member_count", 45047, _DATE, None, "unreadable_number"),
    ("member_count", date(2023, 5, 1), _DATE, None, "unreadable_number"),
    ("member_count", True, None, "true", None),
    ("member_count", 1e25, None, "10000000000000000905969664", None),
    ("b1_score", 1.25, None, "1.25", None),
    ("b1_score", "1.250", None, "1.250", None),
    ("b1_score", 137.125, None, "137.1250", None),
    ("b1_score", "137,5\u00a0", None, "137,5", None),
    ("b1_score", "１３７,５", None, "137,5", None),
    ("b1_score", "1\u2009050,5", None, "1 050,5", None),
    ("b1_score", 0.1 + 0.2, None, "0.3", None),
    ("is_deprived_housing_area", True, None, "true", None),
    ("is_deprived_housing_area", False, None, "false", None),
    ("is_deprived_housing_area", 1, _DATE, "1", None),
    ("is_deprived_housing_area", "Ｘ", None, "X", None),
    ("is_deprived_housing_area", "х", None, "x", None),
    ("head_name", "Ðặng Thị Ðào", None, "Đặng Thị Đào", None),
    ("head_name", "Trần Văn А", None, "Trần Văn A", None),
    ("head_name", "Nguyễn\u202eVăn\nB", None, "NguyễnVăn B", None),
    ("head_name", "H’Mông", None, "H'Mông", None),
    ("head_name", "Nguye\u0302\u0303n", None, "Nguyễn", None),
    ("head_name", "=cmd|' /C calc'!A0", None, None, "formula_without_result"),
    ("head_name", "<script>alert(1)</script>", None, "<script>alert(1)</script>", None),
    ("head_name", "a" * 32_000, None, None, "text_too_long"),
    ("head_name", "x" * 1_000, None, "x" * 1_000, None),
    ("head_name", "@SUM(A1)", None, "@SUM(A1)", None),
    ("hamlet", "  Ấp \t 3\u3000", None, "Ấp 3", None),
    ("hamlet", "\u200b\ufeff", None, None, None),
    ("hamlet", 12, _DATE, "1900-01-12", None),
)  # fmt: skip


def _values() -> Iterator[Odd]:
    for number, (name, value, number_format, text, check) in enumerate(_VALUES):
        place = ("household", FIRST_ROW, name)
        yield Odd(
            f"value {number} of {name}",
            book(_set(name, value, number_format)),
            values={place: text},
            problems={place: check} if check else {},
        )
    for name, tail in (("b1_score", "&#27;[31m137"), ("head_name", "Nguyễn _x001B_[2J An")):
        parts = parts_of(book(_set(name, "MARK")))
        changed = {part: content.replace(b"MARK", tail.encode()) for part, content in parts.items()}
        is_escape = name == "head_name"
        yield Odd(
            f"terminal escape in {name}",
            zipped(changed),
            rejected="" if is_escape else "not_a_workbook",
            values={("household", FIRST_ROW, name): "Nguyễn [2J An"} if is_escape else {},
        )


def _fonts() -> Iterator[Odd]:
    for font, typed, shown in (
        (".VnTime", "NguyÔn V¨n Vâ", "Nguyễn Văn Võ"),
        (".VnTimeH", "NguyÔn V¨n Vâ", "NGUYỄN VĂN VÕ"),
        (".VnArial", "TrÇn ThÞ ­ít", "Trần Thị ướt"),
        ("VNI-Times", "Nguyeãn Vaên Phöôïng", "Nguyễn Văn Phượng"),
        ("VNI-Helve", "TRAÀN THÒ HOÀ", "TRẦN THỊ HỒ"),
        ("Arial", "NguyÔn V¨n Vâ", "Nguyễn Văn Võ"),
        ("Arial", "Nguyeãn Vaên Phöôïng", "Nguyễn Văn Phượng"),
    ):

        def change(workbook: Workbook, font: str = font, typed: str = typed) -> None:
            for row in (FIRST_ROW, FIRST_ROW + 1):
                for name in ("head_name", "hamlet") if font == "Arial" else ("head_name",):
                    cell = _cell(workbook, name, row=row)
                    cell.value, cell.font = typed, Font(name=font)
            if font == "Arial":
                for row in (MEMBER_ROW, MEMBER_ROW + 1):
                    _cell(workbook, "full_name", "member", row).value = typed

        place = ("household", FIRST_ROW, "head_name")
        yield Odd(f"font {font} {shown[:6]}", book(change), values={place: shown}, findings=("legacy_font",))

    def words_for_numbers(workbook: Workbook) -> None:
        for row in (MEMBER_ROW, MEMBER_ROW + 1):
            _cell(workbook, "member_number", "member", row).value = "Ngêi thø nhÊt"

    # Its header, «STT thành viên», has no letter that TCVN3 lacks.
    yield Odd("TCVN3 below a header", book(words_for_numbers), findings=("legacy_font",), rows=2)


def _covers() -> Iterator[Odd]:
    wrong: tuple[tuple[str, Any], ...] = (
        ("submission_number", 83067084174), ("submission_number", 0), ("submission_number", 1000),
        ("submission_number", -1), ("submission_number", "0912345678"), ("submission_number", 1.5),
        ("submission_number", 1e300), ("survey_year", 320123456), ("survey_year", 2020), ("survey_year", 2100),
        ("survey_year", "hai nghìn"), ("commune_code", 912345678), ("commune_code", "2916A"),
        ("commune_code", 1e15), ("cutoff_date", "31/02/2022"), ("cutoff_date", 83041498217), ("cutoff_date", "2022"),
        ("maturity", "0912345678"), ("maturity", True),
    )  # fmt: skip
    for number, (name, value) in enumerate(wrong):
        yield Odd(f"cover {number} {name}", book(cover={name: value}), rejected="cover_value_unreadable")
    for name in ("submission_number", "cutoff_date"):
        content = book(_set(name, "#REF!", kind="e", role="cover"))
        yield Odd(f"cover error {name}", content, rejected="cover_value_unreadable")
    for number, value in enumerate(("14-12-2022", "14.12.2022", "ngày 14 tháng 12 năm 2022", date(2022, 12, 14))):
        yield Odd(f"cover date {number}", book(cover={"cutoff_date": value}), rows=2)
    yield Odd("cover year as a date", book(_set("survey_year", 2022, _DATE, role="cover")), rows=2)
    yield Odd("cover submission as a date", book(_set("submission_number", 900, _DATE, role="cover")), rows=2)
    yield Odd("cover full-width", book(cover={"survey_year": "２０２２", "commune_code": "２９１６１"}), rows=2)


def _xml(text: str) -> bytes:
    """The plain workbook with one sheet's XML replaced."""
    parts = parts_of(book())
    return zipped(parts | {"xl/worksheets/sheet2.xml": text.encode()})


def _no_workbooks() -> Iterator[Odd]:
    plain = book()
    other_zip = io.BytesIO()
    with zipfile.ZipFile(other_zip, "w") as archive:
        archive.writestr("readme.txt", "hello")
    ods, xlsb, docx = (
        zipped({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "content.xml": b"<x/>"}),
        zipped({"xl/workbook.bin": b"\0"}),
        zipped({"word/document.xml": b"<x/>"}),
    )
    ole = bytes.fromhex("d0cf11e0a1b11ae1")
    contents = {
        "empty": b"", "text": b"not a workbook", "half": plain[: len(plain) // 2], "zip": other_zip.getvalue(),
        "ods": ods, "xlsb": xlsb, "docx": docx, "xls": ole + b"\0" * 512 + "Workbook".encode("utf-16-le"),
        "doc": ole + b"\0" * 512 + "WordDocument".encode("utf-16-le"), "pdf": b"%PDF-1.7 ...", "html": b"<html><table>",
        "csv": "Mã hộ,Họ tên\n1,A\n".encode(), "png": b"\x89PNG\r\n\x1a\n", "gzip": b"\x1f\x8b\x08\0\0\0",
        "malformed": _xml("<worksheet><sheetData><row></sheetData></worksheet>"), "no xml": _xml("cells"),
        "bit flipped": plain[:700] + bytes([plain[700] ^ 255]) + plain[701:],
    }  # fmt: skip
    for name, content in contents.items():
        yield Odd(f"no workbook: {name}", content, rejected="not_a_workbook")
    yield Odd("encrypted", ole + "EncryptedPackage".encode("utf-16-le"), rejected="workbook_encrypted")
    head = '<?xml version="1.0"?>'
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "lol"}">' for n in range(10))
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    hostile = {
        "entities": f'{head}<!DOCTYPE x [{entities}]><worksheet xmlns="{main}"><sheetData>&e9;</sheetData></worksheet>',
        "external entity": f'{head}<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><worksheet xmlns="{main}">'
        "<sheetData><row><c><v>&e;</v></c></row></sheetData></worksheet>",
        "deep nesting": f'<worksheet xmlns="{main}">' + "<a>" * 5_000 + "</a>" * 5_000 + "</worksheet>",
    }
    for name, text in hostile.items():
        yield Odd(f"hostile XML: {name}", _xml(text), rejected="not_a_workbook")
    padding = random.Random(3).randbytes(400_000)  # a zip bomb that keeps under a hundred times its size
    parts = parts_of(plain)
    strings = f'<sst xmlns="{main}">'.encode() + b"<si><t/></si>" * 2_100_000 + b"</sst>"
    in_strings = parts_of(respelled(plain, "shared strings"))
    styles = parts["xl/styles.xml"].replace(b"</cellXfs>", b"<xf/>" * 200_000 + b"</cellXfs>")
    commented = parts_of(respelled(plain, "comments"))
    page = parts["xl/worksheets/sheet2.xml"]
    formulas = page.replace(b"</sheetData>", b"<f" + b" " * 200_000 + b"<f" * 20_000 + b"</sheetData>")
    bombs = {
        "millions of shared strings": in_strings | {"xl/sharedStrings.xml": strings, "xl/media/p.bin": padding},
        "hundreds of thousands of styles": commented | {"xl/styles.xml": styles, "xl/media/p.bin": padding},
        "zeros": parts | {"xl/media/zeros.bin": b"\0" * 40_000_000},
    }
    for name, members in bombs.items():
        yield Odd(f"bomb: {name}", zipped(members), rejected="expands_too_far")
    backtracking = zipped(parts | {"xl/worksheets/sheet2.xml": formulas})
    yield Odd("text that expressions backtrack on", backtracking, rejected="not_a_workbook")


def _structures() -> Iterator[Odd]:
    def merged(first: str, last: str, value: Any, row: int = FIRST_ROW) -> Callable[[Workbook], None]:
        def change(workbook: Workbook) -> None:
            page = workbook[FORM.sheets["household"].name]
            start, end = _cell(workbook, first, row=row), _cell(workbook, last, row=row + (first == last))
            start.value = value
            page.merge_cells(start_row=start.row, start_column=start.column, end_row=end.row, end_column=end.column)

        return change

    hamlet = ("household", FIRST_ROW, "hamlet")
    yield Odd(
        "merged down",
        book(merged("hamlet", "hamlet", "Ấp 7")),
        values={hamlet: "Ấp 7", ("household", FIRST_ROW + 1, "hamlet"): "Ấp 7"},
        problems={hamlet: "merged_cells"},
    )
    yield Odd(
        "merged across",
        book(merged("head_name", "head_citizen_id", "An")),
        values={("household", FIRST_ROW, "head_name"): "An", ("household", FIRST_ROW, "head_citizen_id"): None},
        problems={("household", FIRST_ROW, "head_name"): "merged_cells"},
    )

    def below_total(code: Any, **values: Any) -> Callable[[Workbook], None]:
        def change(workbook: Workbook) -> None:
            row = FIRST_ROW + 4
            workbook[FORM.sheets["household"].name].cell(FIRST_ROW + 2, 1, "Tổng cộng")
            for name, value in {"household_code": code, **values}.items():
                _cell(workbook, name, row=row).value = value

        return change

    place = ("household", FIRST_ROW + 4, "household_code")
    poor = household(FORM)["recorded_class"]
    for code in ("29161-0003", None):
        content = book(below_total(code, recorded_class=poor))
        yield Odd(f"household {code} below the total", content, problems={place: "row_below_total"}, rows=3)
    yield Odd("signatures below the total", book(below_total("NGƯỜI LẬP BIỂU")), rows=2)

    def numbers(*, sign: str) -> Callable[[Workbook], None]:
        def change(workbook: Workbook) -> None:
            page = workbook[FORM.sheets["household"].name]
            for place in range(1, len(FORM.sheets["household"].columns) + 1):
                value: Any = {"minus": -place, "plain": place, "text": f"( {place})".replace(" ", "")}[sign]
                page.cell(FIRST_ROW - 1, place, value)

        return change

    for sign in ("minus", "plain", "text"):
        yield Odd(f"column numbers: {sign}", book(numbers(sign=sign)), like_plain=True)

    def far(workbook: Workbook) -> None:
        workbook[FORM.sheets["household"].name].cell(20_000, 16_384, "\u00a0")

    yield Odd("blank cell far away", book(far), like_plain=True)

    def hidden(workbook: Workbook) -> None:
        page = workbook[FORM.sheets["household"].name]
        page.row_dimensions[FIRST_ROW].hidden = True
        page.column_dimensions["B"].hidden = True
        page.sheet_state = "hidden"

    yield Odd("hidden row, column and sheet", book(hidden), like_plain=True)

    def long_label(workbook: Workbook) -> None:
        page = workbook[FORM.sheets["cover"].name]
        page.cell(30, 1, "a" * 32_000), page.cell(30, 2, "b" * 32_000)

    yield Odd("label of 32,000 letters", book(long_label), findings=("unknown_label",), rows=2)

    def odd_names(workbook: Workbook) -> None:
        workbook.create_sheet("=cmd|x&<b>\u202e")

    yield Odd("sheet with a hostile name", book(odd_names), findings=("sheet_ignored",), rows=2)

    def empty_texts(workbook: Workbook) -> None:
        for row in range(FIRST_ROW + 2, FIRST_ROW + 5):
            for place in range(1, 20):
                workbook[FORM.sheets["household"].name].cell(row, place, "MARK")

    parts = parts_of(book(empty_texts))
    parts = {
        name: content.replace(b't="inlineStr"><is><t>MARK</t></is></c>', b't="str"><f>""</f><v></v></c>')
        for name, content in parts.items()
    }
    yield Odd("formulas that give nothing", zipped(parts), like_plain=True)


def odd_workbooks() -> list[Odd]:
    """All of them, in a fixed order; each has a submission number of its own where it has one."""
    return [
        odd for make in (_spellings, _errors, _values, _fonts, _covers, _no_workbooks, _structures) for odd in make()
    ]


class _Raw:
    """The raw tables of a home, asked by file."""

    def __init__(self, home: Home):
        self.home = home
        self.connection = duckdb.connect()

    def rows(self, entry: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
        """{role: rows} of a file's lists and totals, without what says whose rows they are."""
        return {
            role: self._of(role, entry, "* exclude (source_file_id, extraction_id)").to_pylist()
            for role in ("household", "member", "total")
        }

    def value(self, entry: dict[str, Any], role: str, row: int, name: str) -> Any:
        """One cell."""
        column = "value" if role == "total" else name
        found = [r for r in self._of(role, entry, "*").to_pylist() if r["row_number"] == row]
        return found[0][column] if found else None

    def problems(self, entry: dict[str, Any]) -> dict[tuple[str, int, str], str]:
        """{(role, row, field): check} of a file."""
        found = self._of("cell_problem", entry, "role, row_number, column_name, check_code").to_pylist()
        return {(row["role"], row["row_number"], row["column_name"]): row["check_code"] for row in found}

    def _of(self, role: str, entry: dict[str, Any], columns: str) -> Any:
        path = str(self.home.raw / role / "*.parquet")
        return self.connection.execute(
            f"select {columns} from read_parquet(?, union_by_name = true) where source_file_id = ? order by row_number",
            [path, entry["sha256"][:16]],
        ).to_arrow_table()


def _mistakes(
    odd: Odd, entry: dict[str, Any], codes: set[str], raw: _Raw, plain: dict[str, list[dict[str, Any]]]
) -> Iterator[str]:
    """What differs from what a workbook must give."""
    if odd.rejected:
        if entry["status"] == "accepted" or odd.rejected not in codes:
            yield f"{entry['status']} with {sorted(codes)}, not rejected by {odd.rejected}"
        return
    if entry["status"] != "accepted":
        yield f"rejected by {sorted(codes)}"
        return
    if codes != set(odd.findings):
        yield f"findings {sorted(codes)}, not {sorted(odd.findings)}"
    if odd.like_plain and raw.rows(entry) != plain:
        yield "other rows than the plain workbook"
    if odd.rows is not None and entry["household_rows"] != odd.rows:
        yield f"{entry['household_rows']} household rows, not {odd.rows}"
    problems = raw.problems(entry)
    if problems != odd.problems:
        yield f"problems {problems}, not {odd.problems}"
    for (role, row, name), value in odd.values.items():
        found = raw.value(entry, role, row, name)
        if found != value:
            yield f"{name} is {found!r:.60}, not {value!r:.60}"


@dataclass
class Outcome:
    """What came of a batch: the mistakes, by workbook; how many crashed the reader."""

    tried: int
    crashed: int
    mistakes: list[str]


def load_in_one_batch(folder: Path, odds: list[Odd]) -> Outcome:
    """Load the workbooks by one ingestion, and compare what came out with what each must give."""
    home = Home(folder)
    home.create()
    plain = book()
    (home.landing / "plain.xlsx").write_bytes(plain)
    for number, odd in enumerate(odds):
        (home.landing / f"{number:03d}.xlsx").write_bytes(odd.content)
    ingest(home)
    registry = Registry.open(home.registry)
    entries = {entry["landing_path"]: entry for entry in (*registry.places().values(), *registry.current().values())}
    raw = _Raw(home)
    expected = raw.rows(entries["plain.xlsx"])
    crashed, mistakes = 0, []
    for number, odd in enumerate(odds):
        entry = entries.get(f"{number:03d}.xlsx")
        if entry is None:
            mistakes.append(f"{odd.name}: not in the registry")
            continue
        codes = {finding["check_code"] for finding in entry["findings"]}
        crashed += bool(codes & {"reader_failed", "reading_took_too_long"})
        mistakes += [f"{odd.name}: {mistake}" for mistake in _mistakes(odd, entry, codes, raw, expected)]
    return Outcome(len(odds), crashed, mistakes)


def main() -> int:
    """Load all and print the figures."""
    with tempfile.TemporaryDirectory() as folder:
        outcome = load_in_one_batch(Path(folder), odd_workbooks())
    for mistake in outcome.mistakes:
        print(mistake)
    print(f"odd workbooks tried {outcome.tried}, crashed {outcome.crashed}, lost or misread {len(outcome.mistakes)}")
    return 1 if outcome.crashed or outcome.mistakes else 0


if __name__ == "__main__":
    sys.exit(main())
