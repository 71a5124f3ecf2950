"""Open an unchecked workbook: is it one, is it safe (zip envelope, limits), its cells as text."""

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field

import fastexcel
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from python_calamine import CalamineSheet, CalamineWorkbook

from ingestion.findings import Finding, file_finding

MAX_EXPANSION = 100  # times the file's size
MAX_EXPANDED_BYTES = 512 * 2**20
# Up to here the reader is given the members that were inflated here, so that it does not inflate them again.
MAX_STORED_BYTES = 64 * 2**20
_OLE_SIGNATURE = bytes.fromhex("d0cf11e0a1b11ae1")
_ENCRYPTED_STREAM = "EncryptedPackage".encode("utf-16-le")
# Cells that the fast reader returns as null although they are not empty: errors, and formulas without a stored result.
_ERROR_CELL = b't="e"'
_ERROR_VALUE = b"#"  # every error text begins with it; looking for one byte costs a tenth of looking for several
_FORMULA_END = b"</f>"  # a shared formula without text has its master, with text, in the same sheet
_MOST_LETTERS = 500
_UNCALCULATED_FORMULA = re.compile(rb"(?:</f>|<f[^>]*/>)\s*(?:<v\s*/>|<v></v>)?\s*</c>")
_AMBIGUOUS_NUMBER = re.compile(r"^-?\d{1,3}\.\d{3}$")
_POINT_TO_END = 4  # bytes of ".250"
UNCALCULATED = "#UNCALCULATED!"
_UNREADABLE = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    fastexcel.FastExcelError,
    EOFError,
    OSError,
    RuntimeError,
    NotImplementedError,
    ValueError,
)


class RejectedWorkbookError(Exception):
    """The file cannot be read at all; carries the finding that says why."""

    def __init__(self, finding: Finding):
        super().__init__(finding.check_code)
        self.finding = finding


@dataclass
class Workbook:
    """An opened workbook. `sheet_names` are as in the file; `has_odd_cells`: some cell needs a second look."""

    content: bytes
    reader: fastexcel.ExcelReader
    sheet_names: list[str]
    has_odd_cells: bool
    _read: dict[str, pa.RecordBatch] = field(default_factory=dict)

    def rows(self, sheet_name: str) -> pa.RecordBatch:
        """The sheet from its first row on: one text column per sheet column, null for an empty or blank cell."""
        if sheet_name not in self._read:  # the cover is looked at once per form that could be meant
            self._read[sheet_name] = self.reader.load_sheet(
                sheet_name, header_row=None, skip_rows=0, dtypes="string", eager=True, whitespace_as_null=True
            )
        return self._read[sheet_name]

    def odd_cells(self, sheet_name: str) -> dict[tuple[int, int], str]:
        """{(row, column) from 1: error text} of cells with an Excel error or an uncalculated formula."""
        from openpyxl import load_workbook  # slow to import, seldom needed

        formulas = load_workbook(io.BytesIO(self.content), read_only=False, data_only=False)[sheet_name]
        values = load_workbook(io.BytesIO(self.content), read_only=False, data_only=True)[sheet_name]
        odd = {}
        for row in formulas.iter_rows():
            for cell in row:
                if cell.data_type == "e":
                    odd[(cell.row, cell.column)] = str(cell.value)
                elif cell.data_type == "f":
                    stored = values.cell(cell.row, cell.column)
                    if stored.value is None or stored.data_type == "e":
                        odd[(cell.row, cell.column)] = str(stored.value or UNCALCULATED)
        return odd

    def typed_cells(self, sheet_name: str) -> Sequence[Sequence[object]]:
        """The sheet's cells from A1 with their Excel types, to tell the number 1.25 from the text "1.250"."""
        return self._typed(sheet_name).to_python(skip_empty_area=False)

    def first_column(self, sheet_name: str) -> int:
        """The first used column of the sheet, from 0: `rows` begins there."""
        start = self._typed(sheet_name).start
        return start[1] if start else 0

    def _typed(self, sheet_name: str) -> CalamineSheet:
        return CalamineWorkbook.from_filelike(io.BytesIO(self.content)).get_sheet_by_name(sheet_name)


def open_workbook(content: bytes) -> Workbook:
    """Open a file's bytes.

    Raises RejectedWorkbookError when it is encrypted, no workbook, or expands to over 100 times its size or 512 MiB.
    Every member is inflated once within those limits: the sizes a zip states are not to be trusted.
    """
    if content.startswith(_OLE_SIGNATURE):
        code = "workbook_encrypted" if _ENCRYPTED_STREAM in content else "not_a_workbook"
        raise RejectedWorkbookError(file_finding(code))
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            expanded = sum(member.file_size for member in archive.infolist())
            if expanded > MAX_EXPANDED_BYTES or expanded > MAX_EXPANSION * len(content):
                raise RejectedWorkbookError(file_finding("expands_too_far", f"{expanded / 2**20:.1f} MiB"))
            is_kept = expanded <= MAX_STORED_BYTES
            members: list[tuple[zipfile.ZipInfo, bytes]] = []
            has_odd_cells = False
            for member in archive.infolist():
                inflated = _inflate(archive, content, member)
                if member.filename.startswith("xl/worksheets/") and _shows_odd_cells(inflated):
                    has_odd_cells = True
                if is_kept:
                    members.append((member, inflated))
        reader = fastexcel.read_excel(_stored_zip(members) if is_kept else content)
        return Workbook(content, reader, list(reader.sheet_names), has_odd_cells)
    except RejectedWorkbookError:
        raise
    except _UNREADABLE as error:
        raise RejectedWorkbookError(file_finding("not_a_workbook")) from error


def _inflate(archive: zipfile.ZipFile, content: bytes, member: zipfile.ZipInfo) -> bytes:
    """A member's bytes, never more than it states. Raises one of _UNREADABLE.

    The usual case does without zipfile's file objects, which cost as much as inflating.
    """
    start = member.header_offset
    header = content[start : start + 30] if start >= 0 else b""
    name = member.orig_filename.encode("ascii", "replace")
    is_usual = (
        member.compress_type == zipfile.ZIP_DEFLATED
        and not member.flag_bits & 1  # encrypted
        and header.startswith(b"PK\x03\x04")
        and content.startswith(name, start + 30)
        and header[26:28] == struct.pack("<H", len(name))
    )
    if not is_usual:
        return archive.read(member)
    data = start + 30 + len(name) + int.from_bytes(header[28:30], "little")
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    inflated = inflater.decompress(content[data : data + member.compress_size], member.file_size + 1)
    if len(inflated) != member.file_size or zlib.crc32(inflated) != member.CRC:
        raise zipfile.BadZipFile(member.filename)
    return inflated


def _stored_zip(members: Sequence[tuple[zipfile.ZipInfo, bytes]]) -> bytes:
    """A zip of members as they are, without compression: what was checked is what is read."""
    if len(members) >= 0xFFFF:
        raise zipfile.BadZipFile("too many members")
    parts, directory, offset = [], [], 0
    for member, inflated in members:
        name = member.filename.encode()
        fields = struct.pack(
            "<HHHHHLLLHH", 20, 0x800, 0, 0, 0x21, member.CRC, len(inflated), len(inflated), len(name), 0
        )
        parts += [b"PK\x03\x04", fields, name, inflated]
        directory.append(b"PK\x01\x02\x14\x00" + fields + struct.pack("<HHHLL", 0, 0, 0, 0, offset) + name)
        offset += 30 + len(name) + len(inflated)
    listed = b"".join(directory)
    end = struct.pack("<4sHHHHLLH", b"PK\x05\x06", 0, 0, len(members), len(members), len(listed), offset, 0)
    return b"".join([*parts, listed, end])


def _shows_odd_cells(sheet_xml: bytes) -> bool:
    """Whether a sheet needs a second look. Substring search first: a regular expression alone cost an eighth of all."""
    if _ERROR_VALUE in sheet_xml and _ERROR_CELL in sheet_xml:
        return True
    return _has_formula(sheet_xml) and _UNCALCULATED_FORMULA.search(sheet_xml) is not None


def _has_formula(sheet_xml: bytes) -> bool:
    """Whether `</f>` occurs. The letter f is rare in a sheet without formulas, and finding one letter is fast."""
    place = 0
    for _ in range(_MOST_LETTERS):
        place = sheet_xml.find(b"f", place) + 1
        if not place:
            return False
        if sheet_xml.startswith(_FORMULA_END, place - 3):
            return True
    return _FORMULA_END in sheet_xml


def is_ambiguous_number(value: str) -> bool:
    """Whether a cell's text could be a number cell or grouped thousands: "1.250" is 1250 as text, 1.25 as a number."""
    return _AMBIGUOUS_NUMBER.match(value) is not None


def has_ambiguous_numbers(columns: list[pa.StringArray]) -> bool:
    """Whether any of some text columns holds an ambiguous number.

    Only such a cell has a point three characters before its end, which its bytes tell; the expression judges the rest.
    """
    if not columns:
        return False
    cells = pa.concat_arrays(columns)
    _, offsets, characters = cells.buffers()
    if characters is None:
        return False
    points = np.flatnonzero(np.frombuffer(characters, np.uint8) == ord("."))
    ends = np.frombuffer(offsets, np.int32)
    after = np.searchsorted(ends, points, side="right")
    suspects = after[after < len(ends)]
    if not (ends[suspects] - points[after < len(ends)] == _POINT_TO_END).any():
        return False
    return bool(pc.any(pc.match_substring_regex(cells, _AMBIGUOUS_NUMBER.pattern)).as_py())
