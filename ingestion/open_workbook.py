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
import numpy.typing as npt

from ingestion.findings import Finding, file_finding
from ingestion.legacy_fonts import Decoder, decoder_of_font, decoder_of_letters
from ingestion.sheet_cells import SheetCells, read_fast, read_kinds
from ingestion.workbook_xml import Package, TooLargeError, WrongXmlError, XmlSheet, column_number, open_package

MAX_EXPANSION = 100  # times the file's size
MAX_EXPANDED_BYTES = 512 * 2**20
MAX_MEMBERS = 10_000
# Up to here the fast reader is given the members that were inflated here, so that it does not inflate them again.
MAX_STORED_BYTES = 64 * 2**20
_OLE_SIGNATURE = bytes.fromhex("d0cf11e0a1b11ae1")
_ENCRYPTED_STREAM = "EncryptedPackage".encode("utf-16-le")
_UNREADABLE = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    EOFError,
    OSError,
    RuntimeError,
    NotImplementedError,
    ValueError,
)
_MAIN_NAMESPACE = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_DECLARATION = re.compile(
    rb"^(?:<\?xml version=[\"']1\.0[\"'](?: encoding=[\"'](?:UTF|utf)-8[\"'])?[^<>]{0,40}\?>)?\s*"
)
_MOST_FAST_ROWS = 20_000  # the fast reader holds a sheet as a full rectangle
_ROW_NUMBER = re.compile(rb'<row r="(\d+)"')
_LONGEST_LOOK = 9  # bytes from a tag's `<` that are looked at
_FIRST_COLUMN = re.compile(rb'<c r="A\d+"[^>/]*><')  # the fast reader begins at the first column with content
_MERGED_BLOCK = re.compile(rb'<mergeCell ref="([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})"/>')


Flags = npt.NDArray[np.bool_]


class RejectedWorkbookError(Exception):
    """The file cannot be read at all; carries the finding that says why."""

    def __init__(self, finding: Finding):
        super().__init__(finding.check_code)
        self.finding = finding


@dataclass
class Workbook:
    """An opened workbook. `sheet_names` are as in the file, worksheets only."""

    package: Package
    fast_reader: fastexcel.ExcelReader | None
    _fast: dict[str, SheetCells] = field(default_factory=dict)
    _kinds: dict[str, SheetCells] = field(default_factory=dict)
    # Whether a text of a sheet that was read with kinds was typed in TCVN3 or VNI: then all are read so.
    has_legacy_font: bool = False

    @property
    def sheet_names(self) -> list[str]:
        """The names of the worksheets in their order."""
        return [name for name, _ in self.package.sheets]

    def cells(self, sheet_name: str) -> SheetCells:
        """A sheet's cells, read fast where that provably misses nothing. Raises RejectedWorkbookError."""
        if sheet_name in self._kinds or self.has_legacy_font:
            return self.cells_with_kinds(sheet_name)
        if sheet_name not in self._fast:
            read = self._read_fast(sheet_name)
            if read is None:
                return self.cells_with_kinds(sheet_name)
            self._fast[sheet_name] = read
        return self._fast[sheet_name]

    def cells_with_kinds(self, sheet_name: str) -> SheetCells:
        """A sheet's cells with the kind of each. Raises RejectedWorkbookError."""
        if sheet_name not in self._kinds:
            try:
                sheet = self.package.read_sheet(dict(self.package.sheets)[sheet_name])
            except TooLargeError as error:
                raise RejectedWorkbookError(file_finding("expands_too_far", "hơn mức một sổ tính có thể có")) from error
            except WrongXmlError as error:
                raise RejectedWorkbookError(file_finding("not_a_workbook")) from error
            decoders = _decoders_of_columns(sheet)
            fonts = {cell.font for cell in sheet.cells.values() if cell.kind == "text"}
            self.has_legacy_font |= bool(decoders) or any(decoder_of_font(font) for font in fonts)
            self._kinds[sheet_name] = read_kinds(sheet, decoders, has_1904_dates=self.package.has_1904_dates)
        return self._kinds[sheet_name]

    def _read_fast(self, sheet_name: str) -> SheetCells | None:
        """The fast reading; None where the sheet could say something that it misses."""
        part = dict(self.package.sheets)[sheet_name]
        xml = self.package.parts[part]
        written = written_cells(xml) if self.fast_reader else None
        if self.fast_reader is None or written is None:
            return None
        try:
            batch = self.fast_reader.load_sheet(sheet_name, header_row=None, skip_rows=0, dtypes="string", eager=True)
        except BaseException as error:  # a panic of the reader's Rust is no Exception
            if isinstance(error, (KeyboardInterrupt, SystemExit, MemoryError)):
                raise
            return None
        # Every cell with content was read: errors, numbers beyond the calendar and lost texts are null instead.
        if batch.num_columns * batch.num_rows - sum(column.null_count for column in batch.columns) != written:
            return None
        blocks = [
            (int(top), column_number(left.decode()), int(bottom), column_number(right.decode()))
            for left, top, right, bottom in _MERGED_BLOCK.findall(xml, xml.rfind(b"<mergeCells"))
        ]
        return read_fast(batch, blocks) if len(blocks) == xml.count(b"<mergeCell ") else None


def _decoders_of_columns(sheet: XmlSheet) -> dict[int, Decoder]:
    """How the texts of each column were typed where their fonts say nothing; Unicode is left out."""
    texts: dict[int, list[str]] = {}
    for (_, column), cell in sheet.cells.items():
        if cell.kind == "text" and decoder_of_font(cell.font) is None:
            texts.setdefault(column, []).append(cell.value)
    found = {column: decoder_of_letters(values) for column, values in texts.items()}
    return {column: decoder for column, decoder in found.items() if decoder}


def open_workbook(content: bytes) -> Workbook:
    """Open a file's bytes.

    Raises RejectedWorkbookError when it is encrypted, no workbook, or expands to over 100 times its size or 512 MiB.
    Every member is inflated once within those limits: the sizes a zip states are not to be trusted.
    """
    if content.startswith(_OLE_SIGNATURE) and _ENCRYPTED_STREAM in content:
        raise RejectedWorkbookError(file_finding("workbook_encrypted"))
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
            expanded = sum(member.file_size for member in members)
            if expanded > MAX_EXPANDED_BYTES or expanded > MAX_EXPANSION * len(content) or len(members) > MAX_MEMBERS:
                raise RejectedWorkbookError(file_finding("expands_too_far", f"{expanded / 2**20:.1f} MiB"))
            if any(member.flag_bits & 1 for member in members):
                raise RejectedWorkbookError(file_finding("workbook_encrypted"))
            parts = {member.filename: _inflate(archive, content, member) for member in members}
        if not parts:
            raise zipfile.BadZipFile("empty")
        package = open_package(parts)
        if not package.sheets:
            raise WrongXmlError("no worksheet")
        is_kept = expanded <= MAX_STORED_BYTES
        return Workbook(package, _fast_reader(package, _stored_zip(members, parts) if is_kept else content))
    except RejectedWorkbookError:
        raise
    except TooLargeError as error:
        raise RejectedWorkbookError(file_finding("expands_too_far", "hơn mức một sổ tính có thể có")) from error
    except _UNREADABLE as error:
        raise RejectedWorkbookError(file_finding("not_a_workbook")) from error


def _fast_reader(package: Package, content: bytes) -> fastexcel.ExcelReader | None:
    """The fast reader, None where the workbook as a whole needs the reading with kinds."""
    strings = package.parts.get(package.strings_part or "", b"")
    styles = package.parts.get(package.styles_part or "", b"")
    if package.has_1904_dates or not (_is_plain_part(strings) and _is_plain_part(styles)):
        return None
    if b"_x" in strings or strings.count(b"<si") > _MOST_FAST_ROWS * 10 or _names_legacy_font(styles + strings):
        return None
    try:
        reader = fastexcel.read_excel(content)
        names = list(reader.sheet_names)
    except BaseException as error:  # a panic of the reader's Rust is no Exception
        if isinstance(error, (KeyboardInterrupt, SystemExit, MemoryError)):
            raise
        return None
    listed = [name for name, _ in package.sheets]
    return reader if len(set(listed)) == len(listed) and set(listed) <= set(names) else None


def _names_legacy_font(xml: bytes) -> bool:
    lowered = xml.lower()
    return b'".vn' in lowered or b'"vni' in lowered or b"'.vn" in lowered or b"'vni" in lowered


def _is_plain_part(xml: bytes) -> bool:
    """UTF-8 without character references, comments, CDATA or a document type: its bytes say what its XML says."""
    return not xml or (_DECLARATION.sub(b"", xml[:200]).startswith(b"<") and b"<!" not in xml and b"&#" not in xml)


def written_cells(xml: bytes) -> int | None:
    """How many cells of a sheet have content, None where its bytes do not show that the fast reader sees all of it.

    The main namespace is bound once, as the default, and nothing in the bytes can be spelled another way, so cells,
    values and formulas are `<c `, `<v>` and `<f`. Formulas, escapes and far-off cells need the other reading. What
    remains is held by counting the cells that came back.
    """
    body = _DECLARATION.sub(b"", xml[:200])
    if not body.startswith(_MAIN_NAMESPACE) or xml.count(b"spreadsheetml/2006/main") != 1:
        return None
    if b"&#" in xml or b"_x" in xml:
        return None
    # All tags at once: a search of the bytes for each kind of tag took a fifth of the whole reading.
    text = np.frombuffer(xml, np.uint8)
    tags = np.flatnonzero(text == ord("<"))
    if tags[-1] > len(xml) - _LONGEST_LOOK:  # a sheet ends in `</worksheet>`
        return None
    # The four letters behind each `<` as one number.
    names = sum(text[tags + place].astype(np.uint32) << 8 * (place - 1) for place in range(1, 5))

    def begin(name: bytes) -> Flags:
        """Which tags begin with these letters, four at most."""
        found: Flags = names & 2 ** (8 * len(name)) - 1 == int.from_bytes(name, "little")
        return found

    if any(begin(name).any() for name in (b"!", b"f", b"v ", b"is ")):
        return None
    cells = tags[begin(b"c r=")]
    if len(cells) + np.count_nonzero(begin(b"cols") | begin(b"col ")) != np.count_nonzero(begin(b"c")):
        return None
    if (text[cells + 5] != ord('"')).any():
        return None
    letters = [(text[cells + place] >= ord("A")) & (text[cells + place] <= ord("Z")) for place in (6, 7, 8)]
    rows = _ROW_NUMBER.findall(xml)
    is_plain = (
        not np.logical_and.reduce(letters).any()
        and len(rows) == np.count_nonzero(begin(b"row"))
        and all(int(row) <= _MOST_FAST_ROWS for row in rows)
        and _FIRST_COLUMN.search(xml) is not None
    )
    return int(np.count_nonzero(begin(b"v>") | begin(b"is>"))) if is_plain else None


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


def _stored_zip(members: Sequence[zipfile.ZipInfo], parts: dict[str, bytes]) -> bytes:
    """A zip of members as they are, without compression: what was checked is what is read."""
    listed, directory, offset = [], [], 0
    for member in members:
        name, inflated = member.filename.encode(), parts[member.filename]
        fields = struct.pack(
            "<HHHHHLLLHH", 20, 0x800, 0, 0, 0x21, zlib.crc32(inflated), len(inflated), len(inflated), len(name), 0
        )
        listed += [b"PK\x03\x04", fields, name, inflated]
        directory.append(b"PK\x01\x02\x14\x00" + fields + struct.pack("<HHHLL", 0, 0, 0, 0, offset) + name)
        offset += 30 + len(name) + len(inflated)
    central = b"".join(directory)
    end = struct.pack("<4sHHHHLLH", b"PK\x05\x06", 0, 0, len(members), len(members), len(central), offset, 0)
    return b"".join([*listed, central, end])
