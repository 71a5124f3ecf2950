"""Other legal spellings of one workbook's XML: each must be read as the plain one."""

import io
import re
import zipfile
from collections.abc import Callable

Parts = dict[str, bytes]
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_STRICT_RELATIONS = "http://purl.oclc.org/ooxml/officeDocument/relationships"


def parts_of(content: bytes) -> Parts:
    """The members of a workbook."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(parts: Parts) -> bytes:
    """A workbook of members."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def _each_sheet(parts: Parts, change: Callable[[str], str]) -> Parts:
    return {
        name: change(content.decode()).encode() if name.startswith("xl/worksheets/sheet") else content
        for name, content in parts.items()
    }


def _prefixed(xml: str) -> str:
    xml = re.sub(r"<(/?)([A-Za-z])", r"<\1x:\2", xml)
    return xml.replace(f'xmlns="{_MAIN}"', f'xmlns:x="{_MAIN}"')


def _prefix(parts: Parts) -> Parts:
    return _each_sheet(parts, _prefixed)


def _shared_strings(parts: Parts) -> Parts:
    """Texts in a part of their own, as Excel writes them."""
    if "xl/sharedStrings.xml" in parts:
        return parts
    texts: dict[str, int] = {}

    def cell(found: re.Match[str]) -> str:
        place = texts.setdefault(found.group(3), len(texts))
        return f'<c {found.group(1)}t="s"{found.group(2)}><v>{place}</v></c>'

    changed = _each_sheet(
        parts,
        lambda xml: re.sub(r'<c ([^>]*)t="inlineStr"([^>]*)><is>(.*?)</is></c>', cell, xml, flags=re.DOTALL),
    )
    items = "".join(f"<si>{text}</si>" for text in texts)
    related = f'<Relationship Id="strings" Type="{_RELATIONS}/sharedStrings" Target="/xl/sharedStrings.xml"/>'
    kind = (
        '<Override PartName="/xl/sharedStrings.xml" ContentType="application/vnd.openxmlformats-officedocument.'
        'spreadsheetml.sharedStrings+xml"/>'
    )
    rels = changed["xl/_rels/workbook.xml.rels"].decode()
    rels = re.sub(r"<Relationship [^>]*sharedStrings[^>]*/>", "", rels)
    types = re.sub(r"<Override [^>]*sharedStrings[^>]*/>", "", changed["[Content_Types].xml"].decode())
    return changed | {
        "xl/sharedStrings.xml": f'<sst xmlns="{_MAIN}">{items}</sst>'.encode(),
        "xl/_rels/workbook.xml.rels": rels.replace("</Relationships>", f"{related}</Relationships>").encode(),
        "[Content_Types].xml": types.replace("</Types>", f"{kind}</Types>").encode(),
    }


def _prefixed_strings(parts: Parts) -> Parts:
    parts = _shared_strings(parts)
    return parts | {"xl/sharedStrings.xml": _prefixed(parts["xl/sharedStrings.xml"].decode()).encode()}


def _single_quotes(parts: Parts) -> Parts:
    return _each_sheet(parts, lambda xml: re.sub(r"(<[^<>]*>)", lambda tag: tag.group().replace('"', "'"), xml))


def _spaced_attributes(parts: Parts) -> Parts:
    return _each_sheet(parts, lambda xml: re.sub(r'(\w+)="([^"]*)"', r'\1 = "\2" ', xml))


def _utf16(parts: Parts) -> Parts:
    def change(xml: str) -> bytes:
        body = re.sub(r"^<\?xml[^>]*\?>\s*", "", xml)
        return ('<?xml version="1.0" encoding="UTF-16"?>' + body).encode("utf-16")

    return {
        name: change(content.decode()) if name.startswith("xl/") and name.endswith(".xml") else content
        for name, content in parts.items()
    }


def _byte_order_mark(parts: Parts) -> Parts:
    return {
        name: b"\xef\xbb\xbf" + content if name.startswith("xl/worksheets/sheet") else content
        for name, content in parts.items()
    }


def _cdata(parts: Parts) -> Parts:
    parts = _shared_strings(parts)
    strings = parts["xl/sharedStrings.xml"].decode()
    return parts | {
        "xl/sharedStrings.xml": re.sub(r"<t([^>]*)>([^<&]*)</t>", r"<t\1><![CDATA[\2]]></t>", strings).encode()
    }


def _character_references(parts: Parts) -> Parts:
    """Every letter of values and texts, and the kind of a cell, as a number."""

    def spelled(value: str) -> str:
        return "".join(f"&#{ord(letter)};" for letter in value)

    def change(xml: str) -> str:
        xml = re.sub(r"<(v|t)([^>]*)>([^<&]*)</", lambda tag: f"<{tag[1]}{tag[2]}>{spelled(tag[3])}</", xml)
        return re.sub(r' t="(\w+)"', lambda kind: f' t="{spelled(kind[1])}"', xml)

    changed = _each_sheet(_shared_strings(parts), change)
    return changed | {"xl/sharedStrings.xml": change(changed["xl/sharedStrings.xml"].decode()).encode()}


def _comments(parts: Parts) -> Parts:
    return _each_sheet(parts, lambda xml: xml.replace("<sheetData>", "<!-- <c t='e'/> --><sheetData>").replace(
        "</v>", "<!-- --></v>"))  # fmt: skip


def _other_part_names(parts: Parts) -> Parts:
    changed = {name.replace("worksheets/sheet", "bang/Trang"): content for name, content in parts.items()}
    for name in ("xl/_rels/workbook.xml.rels", "[Content_Types].xml"):
        changed[name] = (
            changed[name].replace(b"worksheets/sheet", b"bang/Trang").replace(b"worksheets\\sheet", b"bang\\Trang")
        )
    return changed


def _relative_targets(parts: Parts) -> Parts:
    rels = parts["xl/_rels/workbook.xml.rels"].replace(b'Target="/xl/', b'Target="../xl/')
    return parts | {"xl/_rels/workbook.xml.rels": rels}


def _part_names_in_capitals(parts: Parts) -> Parts:
    return {name.replace("xl/worksheets/sheet", "xl/Worksheets/SHEET"): content for name, content in parts.items()}


def _strict(parts: Parts) -> Parts:
    changed = {}
    for name, content in parts.items():
        xml = content
        for plain, strict in ((_MAIN, _STRICT), (_RELATIONS, _STRICT_RELATIONS)):
            xml = xml.replace(plain.encode(), strict.encode())
        changed[name] = xml
    return changed


def _rich_strings(parts: Parts) -> Parts:
    def change(found: re.Match[str]) -> str:
        text = found.group(1)
        return (
            f"<si><r><rPr><b/></rPr><t xml:space='preserve'>{text[:1]}</t></r><r><t xml:space='preserve'>{text[1:]}</t>"
            "</r><rPh sb='0' eb='1'><t>x</t></rPh></si>"
        )

    parts = _shared_strings(parts)
    xml = parts["xl/sharedStrings.xml"].decode()
    return parts | {"xl/sharedStrings.xml": re.sub(r"<si><t[^>]*>([^<&]*)</t></si>", change, xml).encode()}


def _no_cell_addresses(parts: Parts) -> Parts:
    """Cells without addresses stand behind each other, so empty ones must be written."""

    def change(xml: str) -> str:
        def row(found: re.Match[str]) -> str:
            out, column = [], 0
            for cell in re.finditer(
                r'<c r\s*=\s*["\']([A-Z]+)\d+["\']([^>]*?)(/>|>.*?</c>)', found.group(2), re.DOTALL
            ):
                place = 0
                for letter in cell.group(1):
                    place = place * 26 + ord(letter) - 64
                out += ["<c/>"] * (place - column - 1) + [f"<c{cell.group(2)}{cell.group(3)}"]
                column = place
            return f"<row{found.group(1)}>{''.join(out)}</row>"

        return re.sub(r"<row([^>]*)>(.*?)</row>", row, xml, flags=re.DOTALL)

    return _each_sheet(parts, change)


def _rows_backwards(parts: Parts) -> Parts:
    def change(xml: str) -> str:
        rows = re.findall(r"<row.*?</row>", xml, re.DOTALL)
        return xml.replace("".join(rows), "".join(reversed(rows)))

    return _each_sheet(parts, change)


def _far_blank_cells(parts: Parts) -> Parts:
    far = '<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t xml:space="preserve">  </t></is></c></row>'
    return _each_sheet(parts, lambda xml: xml.replace("</sheetData>", f"{far}</sheetData>"))


def _empty_fill(parts: Parts) -> Parts:
    if "xl/styles.xml" not in parts:
        return parts
    styles = re.sub(
        r"<fill>.*?</fill>|<fill\s*/>", "<fill/>", parts["xl/styles.xml"].decode(), count=1, flags=re.DOTALL
    )
    return parts | {"xl/styles.xml": styles.encode()}


def _odd_style_number(parts: Parts) -> Parts:
    return _each_sheet(parts, lambda xml: re.sub(r'<c (r="[A-Z]+\d+")( s="\d+")?', r'<c \1 s="987654"', xml))


def _no_styles(parts: Parts) -> Parts:
    return {name: content for name, content in parts.items() if name != "xl/styles.xml"}


def _carriage_returns(parts: Parts) -> Parts:
    parts = _shared_strings(parts)
    xml = parts["xl/sharedStrings.xml"].decode()
    return parts | {"xl/sharedStrings.xml": re.sub(r"</t>", "_x000D_</t>", xml).encode()}


def _macro_workbook(parts: Parts) -> Parts:
    return parts | {"xl/vbaProject.bin": b"\0" * 64}


def _stored_names_with_backslash(parts: Parts) -> Parts:
    rels = parts["xl/_rels/workbook.xml.rels"].replace(b"/xl/worksheets/", b"worksheets\\")
    return parts | {"xl/_rels/workbook.xml.rels": rels}


SPELLINGS: dict[str, Callable[[Parts], Parts]] = {
    "prefix": _prefix,
    "prefixed shared strings": _prefixed_strings,
    "single quotes": _single_quotes,
    "spaces round =": _spaced_attributes,
    "UTF-16": _utf16,
    "byte order mark": _byte_order_mark,
    "CDATA": _cdata,
    "character references": _character_references,
    "comments": _comments,
    "other part names": _other_part_names,
    "backslash in targets": _stored_names_with_backslash,
    "relative targets": _relative_targets,
    "part names in capitals": _part_names_in_capitals,
    "strict": _strict,
    "shared strings": _shared_strings,
    "carriage returns": _carriage_returns,
    "formatted strings": _rich_strings,
    "no cell addresses": _no_cell_addresses,
    "rows backwards": _rows_backwards,
    "far blank cells": _far_blank_cells,
    "empty fill": _empty_fill,
    "odd style number": _odd_style_number,
    "no styles": _no_styles,
    "macros": _macro_workbook,
}


def respelled(content: bytes, *names: str) -> bytes:
    """A workbook in some of the spellings, in the order above: some find nothing to change in what others wrote."""
    parts = parts_of(content)
    for name in sorted(names, key=[*SPELLINGS].index):
        parts = SPELLINGS[name](parts)
    return zipped(parts)
