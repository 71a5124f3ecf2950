"""Canaries: made-up personal values planted in workbooks, and the search for them in every encoding of a file."""

import hashlib
import json
import os
import unicodedata
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import duckdb
from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.workbook.defined_name import DefinedName

from base.forms import load_forms
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
    second = workbook_bytes(
        FORM, cover_values=cover | {"survey_year": 2023, "cutoff_date": "14/12/2023"}, households=rows
    )
    (folder / "2023.xlsx").write_bytes(second)
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
    (landing / f"{name} cut.xlsx").write_bytes(workbook_bytes(FORM, households=rows)[:2000])


# Parts that most canaries share: bytes without them are searched no further, which is ten times faster.
_SHARED_PARTS = ("anary", "ANARY", "9876", "87612")
_FOUND: dict[bytes, list[str]] = {}
"""{checksum of searched bytes: the canaries in them}."""


@dataclass(frozen=True)
class Leak:
    """A canary in a place where none may be."""

    canary: str
    place: str


def _spellings(text: str) -> set[bytes]:
    """The ways in which a text stands in a file, as bytes."""
    found: set[bytes] = set()
    for form in ("NFC", "NFD"):
        for cased in {text, text.lower(), text.upper()}:
            written = unicodedata.normalize(form, cased)
            found |= {written.encode(), written.encode("utf-16-le"), written.encode("utf-16-be")}
            found |= {json.dumps(written)[1:-1].encode(), quote(written).encode(), quote(written, safe="").encode()}
            found.add("".join(c if ord(c) < 128 else f"&#{ord(c)};" for c in written).encode())
            found.add(written.encode("unicode_escape"))
    return found


class Search:
    """Looks for all canaries in bytes, files and tables."""

    def __init__(self) -> None:
        self._spellings = {canary: _spellings(text) for canary, text in texts().items()}
        # A number may have lost its leading zero.
        for canary, text in texts().items():
            if text.isdigit() and text.startswith("0") and len(text) == 12:
                self._spellings[canary] |= _spellings(text[1:])
        parts = [part.encode(coding) for part in _SHARED_PARTS for coding in ("utf-8", "utf-16-le", "utf-16-be")]
        # {part: the (canary, spelling) that hold it}; a spelling without a shared part is its own.
        self._by_part: dict[bytes, list[tuple[str, bytes]]] = {}
        for canary, spellings in self._spellings.items():
            for spelling in spellings:
                part = next((part for part in parts if part in spelling), spelling)
                self._by_part.setdefault(part, []).append((canary, spelling))
        self.searched = 0

    def in_bytes(self, content: bytes, place: str) -> Iterator[Leak]:
        """Leaks in bytes as they are. Equal bytes are searched once: every release has a copy of the same programs."""
        self.searched += 1
        digest = hashlib.sha256(content).digest()
        if digest not in _FOUND:
            present = [spellings for part, spellings in self._by_part.items() if part in content]
            _FOUND[digest] = sorted({name for spellings in present for name, text in spellings if text in content})
        for canary in _FOUND[digest]:
            yield Leak(canary, place)

    def in_file(self, path: Path, schemas: tuple[str, ...] | None = None) -> Iterator[Leak]:
        """Leaks in a file's name, its bytes, the members of an archive, the rows of tables.

        With `schemas` only these schemas of a DuckDB file are read, and its bytes are not.
        """
        yield from self.in_bytes(path.name.encode(), f"name of {path}")
        if schemas is None:
            yield from self.in_bytes(path.read_bytes(), str(path))
        if path.suffix != ".duckdb" and zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                for name in archive.namelist():
                    yield from self.in_bytes(archive.read(name), f"{path}!{name}")
        elif path.suffix == ".parquet":
            with duckdb.connect() as connection:
                yield from self._in_table(connection, f"'{path}'", str(path))
        elif path.suffix == ".duckdb":
            with duckdb.connect(str(path), read_only=True) as connection:
                tables = connection.execute("select schema_name, table_name from duckdb_tables()").fetchall()
                for schema, table in tables:
                    if schemas is None or schema in schemas:
                        yield from self._in_table(connection, f'"{schema}"."{table}"', f"{path}:{schema}.{table}")

    def _in_table(self, connection: duckdb.DuckDBPyConnection, table: str, place: str) -> Iterator[Leak]:
        for column, kind, *_ in connection.execute(f"describe from {table}").fetchall():
            if kind not in ("BOOLEAN",):
                rows = connection.execute(f'select distinct "{column}"::varchar from {table}').fetchall()
                content = "\n".join(text for (text,) in rows if text is not None).encode()
                yield from self.in_bytes(content, f"{place}.{column}")

    def in_folder(self, folder: Path, *, without: tuple[Path, ...] = (), build: Path | None = None) -> Iterator[Leak]:
        """Leaks in every file below a folder but for those below `without`; of the build file the public schemas."""
        for parent, folders, files in os.walk(folder):
            folders[:] = [name for name in folders if Path(parent, name) not in without]
            for name in files:
                path = Path(parent, name)
                yield from self.in_file(path, ("marts", "quality") if path == build else None)
