"""Every cell of a workbook with its kind, read from the XML as XML (ECMA-376, transitional and strict).

Slower than the fast reader and complete: any namespace prefix, quotes, encoding, part name or order of attributes.
Bounded: no document type, no deep nesting, no more cells, strings or formats than the limits below.
"""

import math
import posixpath
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import unquote
from xml.parsers import expat

from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format

MAX_DEPTH = 64
MAX_CELLS = 5_000_000
MAX_STRINGS = 2_000_000
MAX_FORMATS = 100_000
MAX_TEXT = 32_767  # letters of one cell: Excel's own limit
MAX_ROW, MAX_COLUMN = 1_048_576, 16_384
_MAIN = {
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    "http://purl.oclc.org/ooxml/spreadsheetml/main",
}
_RELATIONSHIP_ID = {
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships id",
    "http://purl.oclc.org/ooxml/officeDocument/relationships id",
}
_LAST_DATE = 2_958_465  # 31 December 9999
_DAYS_1904 = 1462  # between the two date systems
_REFERENCE = re.compile(r"([A-Z]{1,3})([1-9]\d{0,6})")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_EAST_ASIAN_DATE_FORMATS = {*range(27, 37), *range(50, 59)}  # built-in formats of East Asian versions


class WrongXmlError(ValueError):
    """A part is no well-formed XML, or is larger than any workbook of people: it is refused."""


class TooLargeError(WrongXmlError):
    """More cells, strings or formats than the limits."""


class Cell(NamedTuple):
    """One cell that is not empty.

    `kind`: text, number, date (a number that Excel shows as a date, or an ISO date), boolean, error, uncalculated.
    `value`: the text, or the number as text; of an ISO date the date. `font`: of a text, "" where not stated.
    """

    kind: str
    value: str
    font: str = ""


@dataclass
class XmlSheet:
    """The cells of a sheet by (row, column) from 1 and its merged blocks (first row, first column, last row, last)."""

    cells: dict[tuple[int, int], Cell] = field(default_factory=dict)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)


@dataclass
class Style:
    """One cell format: whether it shows a number as a date, and its font."""

    is_date: bool = False
    font: str = ""


@dataclass
class Package:
    """The parts of a workbook that are needed to read its sheets. `sheets`: (name, part) in their order."""

    parts: dict[str, bytes]
    sheets: list[tuple[str, str]] = field(default_factory=list)
    has_1904_dates: bool = False
    strings_part: str | None = None
    styles_part: str | None = None
    _strings: list[tuple[str, str]] | None = None
    _styles: list[Style] | None = None

    @property
    def strings(self) -> list[tuple[str, str]]:
        """The shared strings: text and, of formatted text, its font."""
        if self._strings is None:
            self._strings = _read_strings(self.parts.get(self.strings_part or "", b""))
        return self._strings

    @property
    def styles(self) -> list[Style]:
        """The cell formats by their number."""
        if self._styles is None:
            self._styles = _read_styles(self.parts.get(self.styles_part or "", b""))
        return self._styles

    def read_sheet(self, part: str) -> XmlSheet:
        """Every cell of a sheet that is not empty, and its merged blocks. Raises WrongXmlError."""
        return _SheetReader(self).read(self.parts[part])


def open_package(parts: dict[str, bytes]) -> Package:
    """Find the workbook, its sheets, strings and styles by the relationships. Raises WrongXmlError.

    `parts` are the members of the zip by their names. Names of parts are compared without case, as Excel does.
    """
    by_name = {name.lstrip("/").lower(): content for name, content in parts.items()}
    targets = _relationships(by_name, "")
    workbook = next((part for kind, part in targets.values() if kind == "officedocument"), "xl/workbook.xml")
    if workbook not in by_name:
        raise WrongXmlError("no workbook part")
    package = Package(by_name)
    related = _relationships(by_name, workbook)
    for kind, part in related.values():
        if kind == "sharedstrings":
            package.strings_part = part
        elif kind == "styles":
            package.styles_part = part

    def start(name: str, attributes: dict[str, str]) -> None:
        if name == "workbookPr":
            package.has_1904_dates = attributes.get("date1904", "0").strip().lower() in ("1", "true", "on")
        elif name == "sheet":
            reference = next((value for key, value in attributes.items() if key in _RELATIONSHIP_ID), "")
            kind, part = related.get(reference, ("", ""))
            if kind == "worksheet" and part in by_name:
                package.sheets.append((attributes.get("name", ""), part))

    _parse(by_name[workbook], start)
    return package


def _relationships(parts: dict[str, bytes], part: str) -> dict[str, tuple[str, str]]:
    """{id: (kind of the target, its part)} of a part, "" for the package itself."""
    folder, name = posixpath.split(part)
    found: dict[str, tuple[str, str]] = {}

    def start(name: str, attributes: dict[str, str]) -> None:
        if name == "Relationship" and attributes.get("TargetMode") != "External":
            target = unquote(attributes.get("Target", "")).replace("\\", "/")
            path = posixpath.normpath(target.lstrip("/") if target.startswith("/") else posixpath.join(folder, target))
            found[attributes.get("Id", "")] = (attributes.get("Type", "").rsplit("/", 1)[-1].lower(), path.lower())

    content = parts.get(posixpath.join(folder, "_rels", f"{name}.rels"))
    if content is not None:
        _parse(content, start, namespaces=None)
    return found


Start = Callable[[str, dict[str, str]], None]


def _parse(
    content: bytes,
    start: Start,
    end: Callable[[str], None] | None = None,
    characters: Callable[[str], None] | None = None,
    namespaces: set[str] | None = _MAIN,
) -> None:
    """Run handlers over a part: names without namespace, elements of other namespaces skipped.

    Raises WrongXmlError for malformed XML, a document type (and so entities) and deep nesting.
    """
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
    depth = 0

    @lru_cache(maxsize=512)
    def local(name: str) -> str:
        namespace, _, plain = name.rpartition(" ")
        return plain if namespaces is None or namespace in namespaces else ""

    def on_start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > MAX_DEPTH:
            raise WrongXmlError("nested too deeply")
        plain = local(name)
        if plain:
            start(plain, attributes)

    def on_end(name: str) -> None:
        nonlocal depth
        depth -= 1
        if end is not None:
            plain = local(name)
            if plain:
                end(plain)

    def refuse(*_: object) -> None:
        raise WrongXmlError("document type")

    parser.StartElementHandler = on_start
    parser.EndElementHandler = on_end
    if characters is not None:
        parser.CharacterDataHandler = characters
    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(content, True)
    except (expat.ExpatError, LookupError, UnicodeError) as error:
        raise WrongXmlError("not well-formed") from error


def _unescaped(value: str) -> str:
    """A text of the file with its `_x000D_` escapes read."""
    return _ESCAPED.sub(lambda found: chr(int(found.group(1), 16)), value) if "_x" in value else value


@dataclass
class _RichText:
    """Collects the text of a string item: its runs, without phonetic readings, and the font of its first run."""

    parts: list[str] = field(default_factory=list)
    font: str = ""
    is_in_text: bool = False
    is_phonetic: bool = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "t":
            self.is_in_text = not self.is_phonetic
        elif name == "rPh":
            self.is_phonetic = True
        elif name == "rFont" and not self.font:
            self.font = attributes.get("val", "")

    def end(self, name: str) -> None:
        if name == "t":
            self.is_in_text = False
        elif name == "rPh":
            self.is_phonetic = False

    def characters(self, data: str) -> None:
        if self.is_in_text:
            self.parts.append(data)

    def text(self) -> str:
        return _unescaped("".join(self.parts))


def _read_strings(content: bytes) -> list[tuple[str, str]]:
    strings: list[tuple[str, str]] = []
    item = _RichText()

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal item
        if name == "si":
            item = _RichText()
        else:
            item.start(name, attributes)

    def end(name: str) -> None:
        if name != "si":
            item.end(name)
            return
        if len(strings) >= MAX_STRINGS:
            raise TooLargeError("shared strings")
        strings.append((item.text(), item.font))

    if content:
        _parse(content, start, end, lambda data: item.characters(data))
    return strings


def _read_styles(content: bytes) -> list[Style]:
    """The cell formats (cellXfs), each with its own number format and font."""
    formats: dict[int, str] = {}
    fonts: list[str] = []
    styles: list[tuple[int, int]] = []
    inside = {"fonts": False, "cellXfs": False}

    def start(name: str, attributes: dict[str, str]) -> None:
        if name in inside:
            inside[name] = True
        elif name == "numFmt" and attributes.get("numFmtId", "").isdigit():
            formats[int(attributes["numFmtId"])] = attributes.get("formatCode", "")
        elif name == "font" and inside["fonts"]:
            fonts.append("")
        elif name == "name" and inside["fonts"] and fonts:
            fonts[-1] = attributes.get("val", "")
        elif name == "xf" and inside["cellXfs"]:
            styles.append((_number(attributes.get("numFmtId")), _number(attributes.get("fontId"))))
        if max(len(fonts), len(styles), len(formats)) > MAX_FORMATS:
            raise TooLargeError("cell formats")

    def end(name: str) -> None:
        if name in inside:
            inside[name] = False

    if content:
        _parse(content, start, end)
    dates = {number: _shows_date(number, formats) for number, _ in styles}
    return [Style(dates[number], fonts[font] if font < len(fonts) else "") for number, font in styles]


def _number(value: str | None) -> int:
    return int(value) if value and value.isdecimal() and len(value) < 9 else 0


def _shows_date(number: int, formats: dict[int, str]) -> bool:
    if number in formats:
        return len(formats[number]) < 256 and bool(is_date_format(formats[number]))
    return number in _EAST_ASIAN_DATE_FORMATS or bool(is_date_format(BUILTIN_FORMATS.get(number, "General")))


@lru_cache(maxsize=20_000)
def column_number(letters: str) -> int:
    """The column (from 1) of its letters."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


class _SheetReader:
    """Reads the cells of one sheet; a cell without an address stands behind the one before."""

    def __init__(self, package: Package):
        self.package = package
        self.sheet = XmlSheet()
        self.row = self.column = 0
        self.kind = self.style = ""
        self.value: list[str] = []
        self.has_formula = self.is_in_value = self.is_in_cell = False
        self.rich = _RichText()

    def read(self, content: bytes) -> XmlSheet:
        _parse(content, self._start, self._end, self._characters)
        return self.sheet

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "c":
            self._start_cell(attributes)
        elif name == "row":
            self.row = _number(attributes.get("r")) or self.row + 1
            self.column = 0
        elif not self.is_in_cell:
            if name == "mergeCell":
                self._merge(attributes.get("ref", ""))
        elif name == "v":
            self.is_in_value = True
        elif name == "f":
            self.has_formula = True
        else:
            self.rich.start(name, attributes)

    def _start_cell(self, attributes: dict[str, str]) -> None:
        place = _REFERENCE.fullmatch(attributes.get("r", "").strip().replace("$", ""))
        if place:
            self.row, self.column = int(place.group(2)), column_number(place.group(1))
        else:
            self.column += 1
        self.kind, self.style = attributes.get("t", "n"), attributes.get("s", "0")
        self.value, self.has_formula, self.is_in_value, self.is_in_cell = [], False, False, True
        self.rich = _RichText()

    def _end(self, name: str) -> None:
        if name == "c":
            self.is_in_cell = False
            cell = self._cell()
            if cell is not None:
                if len(self.sheet.cells) >= MAX_CELLS or self.row > MAX_ROW or self.column > MAX_COLUMN:
                    raise TooLargeError("cells")
                self.sheet.cells[self.row, self.column] = cell
        elif name == "v":
            self.is_in_value = False
        elif self.is_in_cell:
            self.rich.end(name)

    def _characters(self, data: str) -> None:
        if self.is_in_value:
            self.value.append(data)
        elif self.is_in_cell:
            self.rich.characters(data)

    def _merge(self, reference: str) -> None:
        ends = [_REFERENCE.fullmatch(part) for part in reference.replace("$", "").split(":")]
        if len(ends) == 2 and ends[0] and ends[1]:
            rows = sorted(int(end.group(2)) for end in ends if end)
            columns = sorted(column_number(end.group(1)) for end in ends if end)
            self.sheet.merged.append((rows[0], columns[0], rows[1], columns[1]))
            if len(self.sheet.merged) > MAX_FORMATS:
                raise TooLargeError("merged blocks")

    def _cell(self) -> Cell | None:
        """The cell that just ended, None where it is empty."""
        value = "".join(self.value)
        kind = self.kind
        if kind == "e":
            return Cell("error", value.strip())
        if kind == "inlineStr":
            return self._text(self.rich.text(), self.rich.font)
        if self.has_formula and kind != "str" and not value.strip():
            return Cell("uncalculated", "")
        if kind == "s":
            return self._shared(value.strip())
        if kind == "str":
            return self._text(_unescaped(value), "")
        value = value.strip()
        if not value:
            return None
        if kind == "b":
            return Cell("boolean", "true" if value in ("1", "true") else "false")
        if kind == "d":
            return Cell("date", value.replace("T", " "))
        shown = number_text(value)
        if shown is None:
            return Cell("error", value)
        style = self._style()
        return Cell("date" if style.is_date else "number", shown)

    def _style(self) -> Style:
        number = _number(self.style)
        styles = self.package.styles
        return styles[number] if number < len(styles) else Style()

    def _text(self, value: str, font: str) -> Cell | None:
        return Cell("text", value, font or self._style().font) if value.strip() else None

    def _shared(self, value: str) -> Cell | None:
        strings = self.package.strings
        if not value.isdecimal() or int(value) >= len(strings):
            return Cell("error", value)
        return self._text(*strings[int(value)])


def number_text(value: str) -> str | None:
    """A stored number as the shortest text of at most 9 decimals, without an exponent; None where it is not finite."""
    try:
        number = float(value)
    except ValueError:
        return None
    if not math.isfinite(number) or "_" in value:
        return None
    number = round(number, 9)
    return f"{number:.0f}" if number.is_integer() else f"{Decimal(repr(number)):f}"


def is_serial(value: str) -> bool:
    """Whether a `date` cell holds a number of days, not an ISO date."""
    return "-" not in value[1:]


def shown_date(value: str, *, has_1904_dates: bool) -> str | None:
    """The date that Excel shows for a `date` cell as YYYY-MM-DD; None where the number is beyond its calendar."""
    if not is_serial(value):
        return value[:10]
    days = int(float(value)) + (_DAYS_1904 if has_1904_dates else 0)
    if not 1 <= days <= _LAST_DATE:
        return None
    # Excel counts a 29 February 1900 that never was.
    return (date(1899, 12, 30) + timedelta(days=days + (days < 60))).isoformat()


def data_rows(sheet: XmlSheet) -> Iterator[int]:
    """The rows that hold anything, ascending."""
    yield from sorted({row for row, _ in sheet.cells})
