"""Values beside formulas: openpyxl writes a formula without what it gives; readers that do not calculate see nothing.

The sheets are openpyxl's own output, so its way of writing a formula is relied on and checked: every formula of the
file must get its value.
"""

import re
import zipfile
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path

from reports.forms.formulas import Number

_FORMULA_CELL = re.compile(rb'<c r="([A-Z]+[0-9]+)"([^>]*)><f>(.*?)</f><v ?/?>(?:</v>)?</c>', re.DOTALL)
_MODIFIED = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*")
_FIXED_TIME = (2021, 1, 1, 0, 0, 0)
_FIXED_TEXT = rb"\g<1>2021-01-01T00:00:00Z"
Values = Mapping[str, Number | str]


def set_cached_values(saved: BytesIO, target: Path, values: Mapping[str, Values], mode: int) -> None:
    """Write a saved workbook to a file, with the value of every formula.

    Args:
        saved: what openpyxl saved.
        target: where the file goes; it appears whole or not at all.
        values: by the sheet's path in the file (`xl/worksheets/sheet1.xml`), what each formula cell shows.
        mode: the file's rights.
    """
    aside = target.with_name(f".{target.name}.part")
    aside.unlink(missing_ok=True)
    aside.touch(mode)
    with zipfile.ZipFile(saved) as source, zipfile.ZipFile(aside, "w", zipfile.ZIP_DEFLATED, compresslevel=4) as made:
        for entry in source.infolist():
            content = source.read(entry)
            if entry.filename in values:
                content = with_values(content, values[entry.filename])
            elif entry.filename == "docProps/core.xml":
                content = _MODIFIED.sub(_FIXED_TEXT, content)
            made.writestr(zipfile.ZipInfo(entry.filename, _FIXED_TIME), content, zipfile.ZIP_DEFLATED)
    aside.replace(target)


def with_values(sheet: bytes, values: Values) -> bytes:
    """A sheet's XML with the value of every formula. Raises ValueError unless formulas and values match one to one."""
    met = 0

    def cell(match: re.Match[bytes]) -> bytes:
        nonlocal met
        met += 1
        address, attributes, formula = match.groups()
        value = values[address.decode()]
        if isinstance(value, str):
            return b'<c r="%b"%b t="str"><f>%b</f><v>%b</v></c>' % (address, attributes, formula, _escaped(value))
        return b'<c r="%b"%b><f>%b</f><v>%b</v></c>' % (address, attributes, formula, repr(value).encode())

    written = _FORMULA_CELL.sub(cell, sheet)
    if met != len(values) or sheet.count(b"<f>") != met:
        raise ValueError(f"{sheet.count(b'<f>')} formulas, {met} recognised, {len(values)} values")
    return written


def _escaped(text: str) -> bytes:
    return text.replace("&", "&amp;").replace("<", "&lt;").encode("utf-8")
