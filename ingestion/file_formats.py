"""What a file is that is no .xlsx workbook, by its content and else by its name, and what its sender has to do."""

import io
import zipfile
from pathlib import PurePosixPath

_SAVE = "hãy mở bằng Excel, lưu thành .xlsx rồi gửi lại"
_UNPACK = "hãy giải nén và gửi từng sổ tính .xlsx trong đó"
_ORIGINAL = "hãy gửi sổ tính .xlsx gốc"
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_STREAMS = (("EncryptedPackage", None), ("Workbook", ".xls"), ("Book", ".xls"), ("WordDocument", ".doc"))
_SIGNATURES = (
    (b"%PDF-", ".pdf"),
    (b"Rar!\x1a\x07", ".rar"),
    (b"7z\xbc\xaf\x27\x1c", ".7z"),
    (b"\x1f\x8b", ".gz"),
    (b"\xff\xd8\xff", ".jpg"),
    (b"\x89PNG", ".png"),
    (b"{\\rtf", ".rtf"),
)
_SPREADSHEET_2003 = b"urn:schemas-microsoft-com:office:spreadsheet"
_ACTIONS = {
    **dict.fromkeys((".xls", ".xlsb", ".ods", ".fods", ".csv", ".html", ".xml", ".et", ".numbers"), _SAVE),
    **dict.fromkeys((".zip", ".rar", ".7z", ".gz"), _UNPACK),
    **dict.fromkeys((".pdf", ".doc", ".docx", ".odt", ".rtf", ".txt", ".jpg", ".png", ".pptx"), _ORIGINAL),
}


def format_of_content(content: bytes) -> str | None:
    """The format of a file's bytes, as its usual ending; None for an .xlsx, and where nobody can say."""
    if content.startswith(_OLE):
        return next((ending for name, ending in _STREAMS if name.encode("utf-16-le") in content), None)
    for signature, ending in _SIGNATURES:
        if content.startswith(signature):
            return ending
    if content.startswith(b"PK"):
        return _format_of_zip(content)
    start = content[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<html", b"<!doctype html", b"<table")):
        return ".html"
    if _SPREADSHEET_2003 in start:
        return ".xml"
    return ".fods" if b"office:document" in start else None


def _format_of_zip(content: bytes) -> str | None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, zipfile.LargeZipFile, OSError, ValueError, NotImplementedError):
        return None
    if "[Content_Types].xml" in names:
        if any(name.lower().endswith("workbook.bin") for name in names):
            return ".xlsb"
        folders = {name.split("/")[0].lower() for name in names}
        return ".docx" if "word" in folders else ".pptx" if "ppt" in folders else None
    if any(name.lower().endswith(".iwa") for name in names):
        return ".numbers"
    if "mimetype" in names and "content.xml" in names:
        head = content[:200]
        return ".odt" if b"opendocument.text" in head else ".ods"
    return ".zip"


def named_format(content: bytes, name: str) -> str:
    """What to say of a file that is no .xlsx: its format and what to do; "" where nothing is known of it."""
    if content.startswith(b"PK") and not zipfile.is_zipfile(io.BytesIO(content)):
        return ": tệp bị cắt ngang hoặc chép chưa xong"
    ending = format_of_content(content) or PurePosixPath(name).suffix.lower()
    return f": đây là tệp {ending}; {_ACTIONS[ending]}" if ending in _ACTIONS else ""
