"""Canaries: made-up personal values planted in workbooks and decisions, and the search for them in every encoding.

`python -m tests.support.canaries` plants them in a new home, runs the product on it, and prints what was planted,
how many places were searched in how many encodings, and what was found.
"""

import base64
import binascii
import csv
import gzip
import hashlib
import io
import json
import os
import re
import subprocess
import sys
import tempfile
import unicodedata
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any
from urllib.parse import quote

import duckdb
from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.workbook.defined_name import DefinedName

from base.forms import load_forms
from base.home import Home
from ingestion.decisions import CORRECTION_COLUMNS, LINK_DECISION_COLUMNS, WAIVER_COLUMNS
from tests.support.homes import CLEAN_LANDING, SENT
from tests.support.workbooks import household, member, workbook_bytes

FORM = load_forms()["F2022"]
NAMES = {
    "valid_head": "Kiều Oanh Canarya",
    "valid_member": "Đỗ Thị Canaryb",
    "wrong_type": "Vũ Hữu Canaryc",
    "sheet": "Bùi Ngọc Canaryd",
    "file": "Lý Thường Canarye",
    "cover": "Phan Đình Canaryf",
    "rejected": "Hoàng Hoa Canaryg",
    "decision": "Đinh Bộ Canaryh",
    "header": "Mạc Đăng Canaryi",
    "model": "Tống Duy Canaryj",
    "comment": "Trịnh Công Canaryl",
    "defined name": "Lưu_Kim_Canarym",
    "property": "Cao Bá Canaryn",
    "commune": "Chu Văn Canaryo",
    "signature": "Ngô Quyền Canaryp",
    "link": "Lê Văn Canaryu",
    "hostile": "Hồ Tùng Canaryv",
}
CODES = {"loaded": "HCANARYQ-0117", "doubled": "HCANARYR-0118", "unknown": "HCANARYS-0119"}
NUMBERS = {
    "valid_id": "083075987601",
    "old_id": "329876543",
    "wrong_id": "083075987602",
    "as_number": "838761234509",
    "telephone": "0987651234",
    "score": "987612345",
}
ADDRESSES = {"hamlet": "Ấp Canary Kênh Ngang", "note": "số 12 đường Canaryk"}
# Text that does something where it is not escaped, each with a name in it.
HOSTILE = {
    "formula": f"=cmd|' /C calc'!A0 {NAMES['hostile']}",
    "plus": f"+1+1 {NAMES['hostile']}",
    "minus": f"-2+3 {NAMES['hostile']}",
    "at": f"@SUM(1) {NAMES['hostile']}",
    "tab": f"\t=1 {NAMES['hostile']}",
    "html": f"<script>alert('x')</script><img src=x onerror=alert(1)> {NAMES['hostile']}",
    "terminal": f"_x001B_[31m _x0007_ {NAMES['hostile']}",
    "direction": f"\u202e\u2066\u200f {NAMES['hostile']}",
    "lines": f"{NAMES['hostile']}\r\nRelease 1: final\n",
    "markup": f"[bold red]{NAMES['hostile']}[/bold red] {{{{ 7 * 7 }}}} %(x)s {{0}}",
    "long": f"{NAMES['hostile']} " * 200,
}
BIRTH_DAYS = {"head": ("17/03/1951", "1951-03-17"), "member": ("23/07/1947", "1947-07-23")}


def texts() -> dict[str, str]:
    """{which canary: what to search for}. A full birth date in both ways of writing it."""
    found = {f"name {key}": value for key, value in NAMES.items()}
    found |= {f"number {key}": value for key, value in NUMBERS.items()}
    found |= {f"code {key}": value for key, value in CODES.items()}
    found |= {f"address {key}": value for key, value in ADDRESSES.items()}
    for key, ways in BIRTH_DAYS.items():
        found |= {f"birth day {key} {place}": way for place, way in enumerate(ways)}
    return found


def _in_every_cell(value: object) -> list[dict[str, Any]]:
    """Rows that hold the value in one kind of cell after another, each in a row that loads otherwise."""
    columns = [column for column in FORM.sheets["household"].columns if column.field != "household_code"]
    return [household(FORM, f"29161-9{number:03d}", **{column.field: value}) for number, column in enumerate(columns)]


def _spoil(book: Workbook) -> None:
    extra = book.create_sheet(NAMES["sheet"])
    extra.append([NAMES["sheet"], NUMBERS["valid_id"], NUMBERS["telephone"]])
    total = book[FORM.sheets["total"].name]
    total.append([NAMES["sheet"], NUMBERS["as_number"]])
    total.cell(2, 2, NAMES["wrong_type"])
    cover = book[FORM.sheets["cover"].name]
    cover.append([NAMES["cover"], NUMBERS["telephone"]])
    cover.cell(1, 1).comment = Comment(NAMES["comment"], NAMES["comment"])
    book.defined_names[NAMES["defined name"]] = DefinedName(NAMES["defined name"], attr_text="$A$1")
    book.properties.creator = book.properties.title = NAMES["property"]


def plant(landing: Path) -> None:
    """Workbooks of the commune 29161 in 2022-2024 with canaries wherever a cell, sheet, header or file name can be."""
    landing.mkdir(parents=True, exist_ok=True)
    good = {
        "head_name": NAMES["valid_head"],
        "head_citizen_id": NUMBERS["valid_id"],
        "head_birth": BIRTH_DAYS["head"][0],
        "hamlet": ADDRESSES["hamlet"],
        "note": f"{ADDRESSES['note']}, {NUMBERS['telephone']}",
    }
    rows = [household(FORM, **good), household(FORM, "29161-0002", **good | {"head_citizen_id": NUMBERS["old_id"]})]
    for value in (NAMES["wrong_type"], NUMBERS["wrong_id"], int(NUMBERS["as_number"]), float(NUMBERS["score"]),
                  NUMBERS["telephone"], BIRTH_DAYS["member"][0], f"#REF! {NAMES['wrong_type']}"):  # fmt: skip
        rows += [row | {"household_code": f"29161-{len(rows) + n:04d}"} for n, row in enumerate(_in_every_cell(value))]
    rows += [household(FORM, code) for code in (CODES["loaded"], CODES["doubled"], CODES["doubled"])]
    members = [
        member(FORM, CODES["loaded"], full_name=NAMES["valid_member"]),
        member(FORM, CODES["unknown"], full_name=NAMES["valid_member"]),
        member(FORM, full_name=NAMES["valid_member"], birth=BIRTH_DAYS["member"][0], citizen_id=NUMBERS["old_id"]),
        member(FORM, NAMES["wrong_type"], full_name=NAMES["wrong_type"]),
        *(
            member(FORM) | {"member_number": number, column.field: NAMES["wrong_type"]}
            for number, column in enumerate(FORM.sheets["member"].columns, start=2)
        ),
    ]
    cover = {"prepared_by": NAMES["cover"], "commune_name": NAMES["commune"]}
    first = workbook_bytes(FORM, cover_values=cover, households=rows, members=members, change=_spoil)
    (landing / f"{NAMES['file']} {NUMBERS['valid_id']}.xlsx").write_bytes(first)
    folder = landing / NAMES["file"]
    folder.mkdir()
    rows += [
        household(FORM, f"29161-8{number:03d}", head_name=text, hamlet=text, note=text)
        for number, text in enumerate(HOSTILE.values())
    ]
    second = workbook_bytes(
        FORM, cover_values=cover | {"survey_year": 2023, "cutoff_date": "14/12/2023"}, households=rows,
        change=lambda book: book.create_sheet("=1+1 \u202eCanary"),
    )  # fmt: skip
    (folder / "=cmd <b> \u202e \x1b[31m 2023.xlsx").write_bytes(second)
    _plant_rejected(landing, rows)


def _plant_rejected(landing: Path, rows: list[dict[str, Any]]) -> None:
    name, number = NAMES["rejected"], NUMBERS["wrong_id"]

    def headless(book: Workbook) -> None:
        page = book[FORM.sheets["household"].name]
        for place in range(1, page.max_column + 1):
            page.cell(FORM.sheets["household"].first_header_row, place, NAMES["header"])

    wrong = {
        "survey_year": name,
        "commune_code": number,
        "cutoff_date": name,
        "submission_number": name,
        "maturity": name,
    }
    for field, value in wrong.items():
        (landing / f"{name} {field}.xlsx").write_bytes(
            workbook_bytes(FORM, cover_values={field: value}, households=rows)
        )
    (landing / f"{name} headers.xlsx").write_bytes(workbook_bytes(FORM, households=rows, change=headless))
    (landing / f"{name}.xlsx").write_bytes(f"{name} {number}".encode())
    (landing / f"{name} cut.xlsx").write_bytes((CLEAN_LANDING / SENT).read_bytes()[:2000])


_SPOKEN = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")


def ways(text: str) -> dict[str, str]:
    """The ways in which somebody may write a value into a text; all must be noticed."""
    bare = unmarked(text)
    if not text.isdigit():
        return {
            "as it is": text,
            "without marks": bare,
            "capitals": text.upper(),
            "NFD": unicodedata.normalize("NFD", text),
            "inside": f"theo lời của {text} ngày trước",
        }
    threes = re.findall(".{1,3}", text)
    return {
        "as it is": text,
        "hyphens": "-".join(threes),
        "points": ".".join(threes),
        "spaces": " ".join(threes),
        "wide": "\u00a0-\u00a0".join(re.findall(".{1,4}", text)),
        "full width": "".join(chr(ord(digit) + 0xFEE0) for digit in text),
        "arabic": "".join(chr(ord(digit) - 48 + 0x660) for digit in text),
        "without zero": text.lstrip("0"),
        "reversed": text[::-1],
        "spoken": " ".join(_SPOKEN[int(digit)] for digit in text),
    }


def unmarked(text: str) -> str:
    """Letters without marks, as keyboards without Vietnamese write them."""
    decomposed = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return "".join(character for character in decomposed if not unicodedata.combining(character))


_DECIDED = {
    "number": [*ways(NUMBERS["valid_id"]).values(), *ways(NUMBERS["telephone"]).values()],
    "name": [*ways(NAMES["valid_head"]).values(), "Canarya", "bà Oanh"],
    "code": [CODES["loaded"], CODES["loaded"].lower(), CODES["loaded"].replace("-", " ")],
    "day": ["17/03/1951", "17.3.1951", "1951-03-17", "ngày 17 tháng 3 năm 1951", "mười bảy tháng ba", "sinh năm 1951"],
    "address": [ADDRESSES["hamlet"], ADDRESSES["note"], "ấp 3", "số nhà 7", "canary@kenh-ngang.vn"],
}


def decide(home: Home) -> int:
    """Decisions with a canary in every free text, in every way of writing it; one correction is right.

    Every other line must be refused. Returns how many lines were written.
    """
    with duckdb.connect() as connection:
        ((file, sheet, row),) = connection.execute(
            f"select source_file_id, sheet, row_number from '{home.raw}/household/*.parquet' where head_citizen_id = ? "
            "and source_file_id in (select source_file_id from "
            f"'{home.raw}/source_file.parquet' where survey_year = 2022) limit 1",
            [NUMBERS["valid_id"]],
        ).fetchall()
    texts_of_decisions = [text for kind in _DECIDED.values() for text in kind]
    good = {
        "reason": "đối chiếu phiếu",
        "decided_by": "Chi cục",
        "decided_on": "2026-01-15",
        "expires_on": "2099-12-31",
    }
    waiver = good | {"check_code": "b2_not_ten_times_marks", "source_file_id": file}
    correction = good | {"file": file, "sheet": sheet, "row": row, "column": "head_name"}
    correction |= {"old_value": NAMES["valid_head"], "new_value": NAMES["valid_member"]}
    number = {"column": "head_citizen_id", "old_value": NUMBERS["valid_id"], "new_value": NUMBERS["wrong_id"]}
    free = ("reason", "decided_by", "decision_number")
    waivers = [waiver | {column: text} for column, text in product((*free, "column_name", "sheet"), texts_of_decisions)]
    waivers += [waiver | {"check_code": text} for text in (NAMES["rejected"], NUMBERS["as_number"])]
    waivers += [waiver | {"reason": text} for text in HOSTILE.values()]
    waivers.append(waiver | {"source_file_id": "", "commune_code": "29161", "reason": f"hộ {NAMES['valid_head']}"})
    corrections = [correction | number]
    corrections += [correction | {column: text} for column, text in product((*free, "column"), texts_of_decisions)]
    corrections += [correction | {column: NAMES["file"]} for column in ("file", "sheet", "row", "decided_on")]
    links = [{"source_file_id": NAMES["link"], "reason": NAMES["link"], "decided_by": NAMES["link"], "source_row": "x"}]
    for name, columns, lines in (
        ("waivers.csv", WAIVER_COLUMNS, waivers),
        ("corrections.csv", CORRECTION_COLUMNS, corrections),
        ("links.csv", LINK_DECISION_COLUMNS, links),
    ):
        target = io.StringIO()
        writer = csv.DictWriter(target, columns, extrasaction="ignore", delimiter="," if name == "links.csv" else ";")
        writer.writeheader()
        # One line is one decision: line breaks of a text would make two of it.
        writer.writerows({key: re.sub(r"[\r\n]", " ", str(value)) for key, value in line.items()} for line in lines)
        (home.decisions / name).write_text(target.getvalue(), encoding="utf-8-sig" if name != "links.csv" else "utf-8")
    return len(waivers) + len(corrections) + len(links)


# Parts that most canaries share: bytes without them are searched no further, which is ten times faster.
_SHARED_PARTS = ("anary", "ANARY", "9876", "87612", "6789", "21678")
_SEPARATORS = b" .,-()/_\t\xa0\xc2"
_FULL_WIDTH = {f"{digit}": chr(ord(digit) + 0xFEE0).encode() for digit in "0123456789"}
_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{16,}")
_HEX = re.compile(rb"(?:[0-9a-fA-F]{2}){10,}")
# Of names and numbers that stand encoded, what is looked for.
_ENCODED_PARTS = (b"anary", b"ANARY", b"9876")
_FOUND: dict[bytes, list[str]] = {}
"""{checksum of searched bytes: the canaries in them}."""


def _base64_marks() -> set[bytes]:
    """What the parts become in base64, in either alphabet, at each of the three places that a byte may have."""
    marks = set()
    for part, place in product(_ENCODED_PARTS, range(3)):
        encoded = base64.b64encode(bytes(place) + part)
        # Sixth bits that are the part's alone: none of the byte before it, none of what follows.
        mark = encoded[-(-place * 8 // 6) : (place + len(part)) * 8 // 6]
        marks |= {mark, mark.replace(b"+", b"-").replace(b"/", b"_")}
    return marks


_BASE64_MARKS = _base64_marks()


@dataclass(frozen=True)
class Leak:
    """A canary in a place where none may be."""

    canary: str
    place: str


def _spellings(text: str) -> dict[str, set[bytes]]:
    """{encoding: the ways in which a text stands in a file in it, as bytes}."""
    found: dict[str, set[bytes]] = {}

    def add(encoding: str, content: bytes) -> None:
        found.setdefault(encoding, set()).add(content)

    for form, bare in (("NFC", False), ("NFD", False), ("NFC", True)):
        for cased in {text, text.lower(), text.upper()}:
            written = unicodedata.normalize(form, unmarked(cased) if bare else cased)
            add("without marks" if bare else form, written.encode())
            add("UTF-16", written.encode("utf-16-le"))
            add("UTF-16", written.encode("utf-16-be"))
            add("JSON", json.dumps(written)[1:-1].encode())
            add("percent", quote(written).encode())
            add("percent", quote(written, safe="").encode())
            add("HTML", "".join(c if ord(c) < 128 else f"&#{ord(c)};" for c in written).encode())
            add("HTML", "".join(c if ord(c) < 128 else f"&#x{ord(c):x};" for c in written).encode())
            add("Python", written.encode("unicode_escape"))
    if text.isdigit():
        add("without leading zeros", text.lstrip("0").encode())
        add("reversed", text[::-1].encode())
    return found


class Search:
    """Looks for all canaries in bytes, files and tables.

    Bytes are searched as they are, with digits alone (no sign between them, full-width digits too), and decoded from
    base64 and hex; archives, gzip, Parquet and DuckDB are opened.
    """

    def __init__(self) -> None:
        by_encoding = {canary: _spellings(text) for canary, text in texts().items()}
        self.encodings = {name for found in by_encoding.values() for name in found}
        self.encodings |= {"digits alone", "full width", "base64", "hex", "zip", "gzip", "Parquet", "DuckDB"}
        parts = [part.encode(coding) for part in _SHARED_PARTS for coding in ("utf-8", "utf-16-le", "utf-16-be")]
        # {part: the (canary, spelling) that hold it}; a spelling without a shared part is its own.
        self._by_part: dict[bytes, list[tuple[str, bytes]]] = {}
        for canary, encodings in by_encoding.items():
            for spelling in set().union(*encodings.values()):
                part = next((part for part in parts if part in spelling), spelling)
                self._by_part.setdefault(part, []).append((canary, spelling))
        # Nine digits are met by chance where signs are taken away between all numbers of a page; ten are not.
        self._digits = [
            (f"number {key}", way)
            for key, text in NUMBERS.items()
            if len(text) > 9
            for way in {text.lstrip("0").encode(), text[::-1].encode()}
        ]
        self.searched = 0

    def in_bytes(self, content: bytes, place: str) -> Iterator[Leak]:
        """Leaks in bytes. Equal bytes are searched once: every release has a copy of the same programs."""
        self.searched += 1
        digest = hashlib.sha256(content).digest()
        if digest not in _FOUND:
            _FOUND[digest] = sorted(self._canaries(content))
        for canary in _FOUND[digest]:
            yield Leak(canary, place)

    def _canaries(self, content: bytes) -> set[str]:
        found = self._plain(content)
        alone = content
        if b"\xef\xbc" in content:
            for digit, wide in _FULL_WIDTH.items():
                alone = alone.replace(wide, digit.encode())
        alone = alone.translate(None, _SEPARATORS)
        found |= {canary for canary, way in self._digits if way in alone}
        # Decoding every token takes ten times as long as looking for what a canary becomes.
        for token in _BASE64.findall(content) if any(mark in content for mark in _BASE64_MARKS) else ():
            for start in range(4) if len(token) < 4000 else (0,):
                part = token[start:].replace(b"-", b"+").replace(b"_", b"/")
                part = part[:-1] if len(part) % 4 == 1 else part
                decoded = base64.b64decode(part + b"=" * (-len(part) % 4))
                if any(part in decoded for part in _ENCODED_PARTS):
                    found |= self._plain(decoded)
        lower = content.lower()
        for token in _HEX.findall(content) if any(part.hex().encode() in lower for part in _ENCODED_PARTS) else ():
            decoded = binascii.unhexlify(token)
            if any(part in decoded for part in _ENCODED_PARTS):
                found |= self._plain(decoded)
        return found

    def _plain(self, content: bytes) -> set[str]:
        present = [spellings for part, spellings in self._by_part.items() if part in content]
        return {name for spellings in present for name, text in spellings if text in content}

    def in_file(self, path: Path, schemas: tuple[str, ...] | None = None) -> Iterator[Leak]:
        """Leaks in a file's name, its bytes, the members of an archive, the rows of tables.

        With `schemas` only these schemas of a DuckDB file are read, and its bytes are not.
        """
        yield from self.in_bytes(path.name.encode(), f"name of {path}")
        if schemas is None:
            yield from self.in_bytes(path.read_bytes(), str(path))
        if path.suffix not in (".duckdb", ".parquet"):
            yield from self._packed(path.read_bytes(), str(path))
        elif path.suffix == ".parquet":
            yield from self._in_table(duckdb.default_connection(), f"'{path}'", str(path))
        elif path.suffix == ".duckdb":
            with duckdb.connect(str(path), read_only=True) as connection:
                tables = connection.execute("select schema_name, table_name from duckdb_tables()").fetchall()
                for schema, table in tables:
                    if schemas is None or schema in schemas:
                        yield from self._in_table(connection, f'"{schema}"."{table}"', f"{path}:{schema}.{table}")

    def _packed(self, content: bytes, place: str) -> Iterator[Leak]:
        """Leaks inside gzip and archives, also in those inside one another."""
        if content.startswith(b"\x1f\x8b"):
            inner = gzip.decompress(content)
            yield from self.in_bytes(inner, f"{place}!")
            yield from self._packed(inner, f"{place}!")
        elif content.startswith(b"PK"):
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                for name in archive.namelist():
                    yield from self.in_bytes(name.encode(), f"name of {place}!{name}")
                    yield from self.in_bytes(archive.read(name), f"{place}!{name}")
                    yield from self._packed(archive.read(name), f"{place}!{name}")

    def _in_table(self, connection: duckdb.DuckDBPyConnection, table: str, place: str) -> Iterator[Leak]:
        rows = connection.execute(f"select columns(*)::varchar from {table}").to_arrow_table()
        for column in rows.column_names:
            texts = sorted(text for text in rows[column].unique().to_pylist() if text is not None)
            yield from self.in_bytes("\n".join(texts).encode(), f"{place}.{column}")

    def in_folder(self, folder: Path, *, without: tuple[Path, ...] = (), build: Path | None = None) -> Iterator[Leak]:
        """Leaks in every file below a folder but for those below `without`; of the build file the public schemas."""
        for parent, folders, files in os.walk(folder):
            folders[:] = [name for name in folders if Path(parent, name) not in without]
            for name in files:
                path = Path(parent, name)
                yield from self.in_file(path, ("marts", "quality") if path == build else None)


def search_home(home: Home, search: Search, printed: bytes = b"", without: tuple[Path, ...] = ()) -> set[Leak]:
    """Leaks in what was printed and in every file of a home outside its private folders and those of `without`."""
    private = (*without, home.archive, home.raw, home.landing, home.secrets, home.decisions, home.root / "private")
    found = set(search.in_bytes(printed, "what was printed"))
    return found | set(search.in_folder(home.root, without=private, build=home.build_file))


def main() -> int:
    """Plant, run, search, print the counts; 1 where anything was found."""
    with tempfile.TemporaryDirectory(prefix="canaries-") as folder:
        home = Home(Path(folder) / "home")
        plant(home.landing)
        printed, decisions = b"", 0
        program = Path(sys.executable).parent / "poverty"
        for arguments in (["ingest"], ["run"], ["status"], ["publish", "--public"], ["feedback", "--year", "2022"]):
            if arguments == ["run"]:
                decisions = decide(home)
            done = subprocess.run(
                [str(program), *arguments],
                env={**os.environ, "POVERTY_HOME": str(home.root), "COLUMNS": "160"},
                capture_output=True,
                check=False,
            )
            printed += done.stdout + done.stderr
            if done.returncode:
                print(f"poverty {' '.join(arguments)} ended with {done.returncode}")
                print(done.stderr.decode(errors="replace")[-2000:])
                return 1
        search = Search()
        found = search_home(home, search, printed)
        print(f"planted    {len(texts())} values in {sum(1 for _ in home.landing.rglob('*.xlsx'))} workbooks")
        print(f"           and {decisions} lines of decisions")
        print(f"places     {search.searched:,}")
        print(f"encodings  {len(search.encodings)}: {', '.join(sorted(search.encodings))}")
        print(f"hits       {len(found)}")
        for leak in sorted(found, key=lambda leak: (leak.place, leak.canary))[:50]:
            print(f"  {leak.canary} in {leak.place.replace(str(home.root), '')}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
