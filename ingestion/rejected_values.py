"""What a file that could not be accepted says of people, as far as its bytes can be read by a simple scan.

No reader library opens such a file again: it may be the one that a reader died of. The scan is bounded in bytes and
texts, reads whatever is text in the file, and gives up on the rest.
"""

import html
import io
import re
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from base.forms import printed_words
from base.text import key

MOST_BYTES = 64 * 2**20
"""Of one part of a file, and of all its parts together."""
_TEXT = re.compile(r"<(?:\w+:)?(?:t|v)(?:\s[^>]*)?>([^<]*)</", re.DOTALL)
_DATED_CELL = re.compile(r'<(?:\w+:)?c\b[^>]*\bs="(\d+)"[^>]*>\s*<(?:\w+:)?v>(\d{4,5})(?:\.\d+)?<')
_FORMAT = re.compile(r'<(?:\w+:)?numFmt\b[^>]*\bnumFmtId="(\d+)"[^>]*\bformatCode="([^"]*)"')
_CELL_FORMATS = re.compile(r"<(?:\w+:)?cellXfs\b.*?</(?:\w+:)?cellXfs>", re.DOTALL)
_FORMAT_ID = re.compile(r'<(?:\w+:)?xf\b[^>]*\bnumFmtId="(\d+)"')
_DATE_FORMATS = {14, 15, 16, 17, 22, *range(27, 37), *range(50, 59)}
_WORD = re.compile(r"[^\W_]+")
# Three words with capitals and only spaces between: a name inside a sentence.
_NAME_INSIDE = re.compile(r"(?<!\w)(?:[A-ZÀ-ÝĂĐĨŨƠƯẠ-Ỹ][^\W\d_]*[ \u00a0]){2,6}[A-ZÀ-ÝĂĐĨŨƠƯẠ-Ỹ][^\W\d_]*(?!\w)")
_NUMBER = re.compile(r"(?<!\d)(?<!\d\.)\d{8,12}(?!\d)(?!\.\d*[1-9])")
_DAY_FIRST = re.compile(r"(?<!\d)(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})(?!\d)")
_YEAR_FIRST = re.compile(r"(?<!\d)(\d{4})-(\d{2})-(\d{2})(?!\d)")
_EPOCH = date(1899, 12, 30)
_MOST_WORDS = 7


@dataclass
class ScannedValues:
    """Names and addresses as written, without what the forms print; numbers as digits, days as YYYY-MM-DD."""

    names: set[str] = field(default_factory=set)
    numbers: set[str] = field(default_factory=set)
    days: set[str] = field(default_factory=set)


def scan(content: bytes) -> ScannedValues:
    """What a simple look at the bytes of a file finds: of a workbook cell by cell, of anything else line by line."""
    found = ScannedValues()
    if content.startswith(b"PK"):
        for text in _parts(content, found):
            _look(text, found)
    else:
        for line in _decoded(content[:MOST_BYTES]).splitlines():
            for cell in re.split(r"[\t;,|\x00]+", line):
                _look(cell, found)
    found.names = {name for name in found.names if key(name) not in printed_words()}
    return found


def _decoded(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="ignore")
    return content.decode("utf-8", errors="replace")


def _parts(content: bytes, found: ScannedValues) -> Iterator[str]:
    """The texts and values of cells; dates of formatted cells go to `found` at once."""
    read = _stored_parts(content)
    dated = _date_styles(read.get("xl/styles.xml", ""))
    for text in read.values():
        for value in _TEXT.findall(text):
            yield html.unescape(value)
        for style, serial in _DATED_CELL.findall(text):
            if int(style) in dated:
                found.days.add((_EPOCH + timedelta(days=int(serial))).isoformat())


def _stored_parts(content: bytes) -> dict[str, str]:
    """{name: text} of the XML parts of an archive, also of one that was cut off before its directory."""
    left = MOST_BYTES
    parts: dict[str, str] = {}
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for info in archive.infolist():
                if info.filename.endswith((".xml", ".rels", ".txt", ".csv")) and left > 0 and not info.flag_bits & 1:
                    with archive.open(info) as part:
                        parts[info.filename] = part.read(left).decode("utf-8", errors="replace")
                    left -= len(parts[info.filename])
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, OSError, EOFError, RuntimeError, ValueError):
        for place, start in enumerate(re.finditer(rb"PK\x03\x04", content)):
            if left <= 0 or place > 1000:
                break
            header = content[start.start() : start.start() + 30]
            if len(header) < 30:
                break
            name_length, extra_length = (int.from_bytes(header[at : at + 2], "little") for at in (26, 28))
            body = start.start() + 30 + name_length + extra_length
            try:
                text = zlib.decompressobj(-15).decompress(content[body:], left).decode("utf-8", errors="replace")
            except zlib.error:
                continue
            parts[f"part {place}"] = text
            left -= len(text)
    return parts


def _date_styles(styles: str) -> set[int]:
    """The numbers of the cell styles that show a date."""
    own = {int(number) for number, code in _FORMAT.findall(styles) if re.search("[yd]", code, re.IGNORECASE)}
    listed = _CELL_FORMATS.search(styles)
    formats = _FORMAT_ID.findall(listed[0]) if listed else []
    return {place for place, number in enumerate(formats) if int(number) in _DATE_FORMATS | own}


def _look(text: str, found: ScannedValues) -> None:
    if not text or text.isspace():
        return
    text = unicodedata.normalize("NFKC", text)
    if any(character.isdigit() for character in text):
        found.numbers |= set(_NUMBER.findall(text))
        squeezed = re.sub(r"(?<=\d)[\s.-](?=\d)", "", text)
        if re.fullmatch(r"\D*\d{8,12}\D*", squeezed):
            found.numbers |= set(_NUMBER.findall(squeezed))
        for day, month, year in _DAY_FIRST.findall(text):
            found.days.add(f"{year}-{int(month):02d}-{int(day):02d}")
        found.days |= {"-".join(parts) for parts in _YEAR_FIRST.findall(text)}
    words = _WORD.findall(text)
    # A name has a capital in every word, an address one number at most; a heading or a sentence is otherwise.
    spelled = [word for word in words if not word[0].isdigit()]
    if (
        2 <= len(words) <= _MOST_WORDS
        and len(spelled) >= max(1, len(words) - 1)
        and all(word[0].isupper() for word in spelled)
    ):
        found.names.add(" ".join(words))
    else:
        inside = _NAME_INSIDE.findall(text)
        found.names |= {name for name in inside if all(word[0].isupper() for word in name.split())}
