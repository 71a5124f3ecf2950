"""The secret key behind household pseudonyms.

The pseudonyms themselves are made in dbt (`int_household_identity`): HMAC-SHA256 (RFC 2104) over the two padded keys
kept here, so that no compiled SQL ever shows the key.
"""

import hashlib
import hmac
import os
import re
import secrets
from pathlib import Path

from base.home import Home
from base.whole_file import BrokenFileError, write_first

_BLOCK = 64  # bytes of a SHA-256 block, RFC 2104
_PADS = (0x36, 0x5C)
_HEADER = "inner_pad_hex,outer_pad_hex"
_WHOLE = re.compile(_HEADER.encode() + rb"\r?\n([0-9a-f]{128}),([0-9a-f]{128})\r?\n?")


def key_file(home: Home) -> Path:
    """The key file: a CSV with one row, `inner_pad_hex` and `outer_pad_hex`."""
    return home.secrets / "pseudonym_key.csv"


def ensure_key(home: Home) -> Path:
    """The key file, made on first use with owner-only rights. Losing it changes every household_id.

    Raises BrokenFileError.
    """
    path = key_file(home)
    if not os.path.lexists(path):
        key = secrets.token_bytes(32).ljust(_BLOCK, b"\0")
        inner, outer = (bytes(byte ^ pad for byte in key).hex() for pad in _PADS)
        write_first(path, f"{_HEADER}\n{inner},{outer}\n")
    _read(path)
    return path


def _read(path: Path) -> bytes:
    """The content of a whole key file. Raises BrokenFileError."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise broken_key(path, f"cannot be read ({error.strerror})") from None
    found = _WHOLE.fullmatch(content)
    pads = [bytes.fromhex(part.decode()) for part in found.groups()] if found else []
    keys = {bytes(byte ^ pad for byte in part) for part, pad in zip(pads, _PADS, strict=False)}
    if len(keys) != 1:
        raise broken_key(path, "is empty" if not content.strip() else "is damaged")
    return content


def broken_key(path: Path, what: str) -> BrokenFileError:
    """The error for a key file that cannot be used."""
    return BrokenFileError(
        f"{path} {what}. It is the secret key that every household_id is made with: restore it from its backup. To "
        "take another key on purpose, see docs/privacy.md. Nothing was read or published."
    )


def keyed_mark(home: Home, purpose: str, content: bytes) -> str:
    """A checksum that only the owner of the secret key can compute; for another purpose it is another one."""
    key = hmac.new(ensure_key(home).read_bytes(), purpose.encode(), hashlib.sha256).digest()
    return hmac.new(key, content, hashlib.sha256).hexdigest()
