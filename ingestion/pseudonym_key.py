"""The secret key behind household pseudonyms.

The pseudonyms themselves are made in dbt (`int_household_identity`): HMAC-SHA256 (RFC 2104) over the two padded keys
kept here, so that no compiled SQL ever shows the key.
"""

import hashlib
import hmac
import os
import secrets
from pathlib import Path

from base.home import Home

_BLOCK = 64  # bytes of a SHA-256 block, RFC 2104


def key_file(home: Home) -> Path:
    """The key file: a CSV with one row, `inner_pad_hex` and `outer_pad_hex`."""
    return home.secrets / "pseudonym_key.csv"


def ensure_key(home: Home) -> Path:
    """The key file, made on first use with owner-only rights. Losing it changes every household_id."""
    path = key_file(home)
    if path.exists():
        return path
    key = secrets.token_bytes(32).ljust(_BLOCK, b"\0")
    inner, outer = (bytes(byte ^ pad for byte in key).hex() for pad in (0x36, 0x5C))
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(f"inner_pad_hex,outer_pad_hex\n{inner},{outer}\n")
    return path


def keyed_mark(home: Home, purpose: str, content: bytes) -> str:
    """A checksum that only the owner of the secret key can compute; for another purpose it is another one."""
    key = hmac.new(ensure_key(home).read_bytes(), purpose.encode(), hashlib.sha256).digest()
    return hmac.new(key, content, hashlib.sha256).hexdigest()
