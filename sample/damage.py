"""What happens to a file's bytes on the way: cut off, protected with a password, blown up."""

import hashlib
import io
import zipfile

CUT, PROTECTED, BLOWN_UP = "cut", "protected", "blown_up"
_OLE_SIGNATURE = bytes.fromhex("d0cf11e0a1b11ae1")
_OLE_SECTOR, _OLE_NAME = 512, 128
_PICTURE_BYTES = 32 * 2**20
_DATE = (1980, 1, 1, 0, 0, 0)  # as XlsxWriter dates its entries


def damaged(content: bytes, damage: str) -> bytes:
    """A workbook's bytes after one of the three; the same bytes give the same damage.

    Raises KeyError for a damage that is none of them.
    """
    return {CUT: _cut, PROTECTED: _protected, BLOWN_UP: _blown_up}[damage](content)


def _cut(content: bytes) -> bytes:
    """The first half: an upload that broke off. The directory of a zip is at its end."""
    return content[: len(content) // 2]


def _protected(content: bytes) -> bytes:
    """As Excel keeps a workbook with a password: an OLE container that names the encrypted stream, then noise."""
    streams = ("EncryptionInfo", "EncryptedPackage")
    names = b"".join(name.encode("utf-16-le").ljust(_OLE_NAME, b"\0") for name in streams)
    return _OLE_SIGNATURE.ljust(_OLE_SECTOR, b"\0") + names + hashlib.shake_256(content).digest(len(content))


def _blown_up(content: bytes) -> bytes:
    """With a blank scanned page as an uncompressed picture, which a zip makes a thousandth of."""
    buffer = io.BytesIO(content)
    with zipfile.ZipFile(buffer, "a", zipfile.ZIP_DEFLATED) as workbook:
        workbook.writestr(zipfile.ZipInfo("xl/media/image1.bmp", _DATE), bytes(_PICTURE_BYTES), zipfile.ZIP_DEFLATED)
    return buffer.getvalue()
