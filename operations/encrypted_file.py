"""A file encrypted with a passphrase, written and read as a stream.

Scrypt makes the key of the passphrase and a salt of its own for each file. The content goes in chunks through
AES-256-GCM; the nonce of a chunk is its number and whether it is the last, as in the format of age: a chunk that was
changed, moved or left out, and a file that was cut, are noticed. No chunk is used before it was found to be genuine.
"""

import os
import unicodedata
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

# Says how the file is made: another cost, cipher or size of a chunk is another number.
MAGIC = b"poverty backup 1\n"
CHUNK = 2**20
_SALT, _TAG = 16, 16
# 128 MB and half a second for each try of a passphrase.
_COST, _BLOCK, _LANES = 2**17, 8, 1


class BrokenBackupError(RuntimeError):
    """The file cannot be read; the message says why in one sentence."""


def _cipher(passphrase: str, salt: bytes) -> AESGCM:
    # The same letters typed on another machine may be other code points.
    typed = unicodedata.normalize("NFC", passphrase).encode()
    return AESGCM(Scrypt(salt=salt, length=32, n=_COST, r=_BLOCK, p=_LANES).derive(typed))


def _nonce(number: int, is_last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([is_last])


class EncryptingWriter:
    """Takes bytes and writes them encrypted; `finish` writes the last chunk."""

    def __init__(self, file: BinaryIO, passphrase: str) -> None:
        salt = os.urandom(_SALT)
        self._file, self._cipher, self._header = file, _cipher(passphrase, salt), MAGIC + salt
        self._number, self._waiting = 0, bytearray()
        file.write(self._header)

    def write(self, content: bytes) -> int:
        """Take more bytes."""
        self._waiting += content
        while len(self._waiting) > CHUNK:  # one byte at least is left for the last chunk
            self._write_chunk(bytes(self._waiting[:CHUNK]), is_last=False)
            del self._waiting[:CHUNK]
        return len(content)

    def finish(self) -> None:
        """Write what is left as the last chunk."""
        self._write_chunk(bytes(self._waiting), is_last=True)

    def _write_chunk(self, content: bytes, *, is_last: bool) -> None:
        self._file.write(self._cipher.encrypt(_nonce(self._number, is_last), content, self._header))
        self._number += 1


class DecryptingReader:
    """Reads what `EncryptingWriter` wrote. Raises BrokenBackupError."""

    def __init__(self, file: BinaryIO, passphrase: str) -> None:
        self._header = file.read(len(MAGIC) + _SALT)
        if not self._header.startswith(MAGIC):
            raise BrokenBackupError("The file is no backup that this version can read.")
        if len(self._header) < len(MAGIC) + _SALT:
            raise BrokenBackupError("The backup is cut off: its end is missing.")
        self._file, self._cipher = file, _cipher(passphrase, self._header[len(MAGIC) :])
        self._number, self._ready, self._is_over = 0, bytearray(), False
        self._next = file.read(CHUNK + _TAG)

    def read(self, size: int) -> bytes:
        """The next bytes, fewer than asked for only at the end."""
        while len(self._ready) < size and not self._is_over:
            self._ready += self._read_chunk()
        content = bytes(self._ready[:size])
        del self._ready[:size]
        return content

    def finish(self) -> None:
        """Read to the end, so that a file that was cut is noticed."""
        while not self._is_over:
            self._read_chunk()

    def _read_chunk(self) -> bytes:
        content, self._next = self._next, self._file.read(CHUNK + _TAG)
        is_last = not self._next
        try:
            plain = self._decrypt(content, is_last=is_last)
        except InvalidTag:
            raise BrokenBackupError(self._why(content, is_last)) from None
        self._number, self._is_over = self._number + 1, is_last
        return plain

    def _decrypt(self, content: bytes, *, is_last: bool) -> bytes:
        return self._cipher.decrypt(_nonce(self._number, is_last), content, self._header)

    def _why(self, content: bytes, is_last: bool) -> str:
        if is_last:
            try:
                self._decrypt(content, is_last=False)
            except InvalidTag:
                pass
            else:
                return "The backup is cut off: its end is missing."
        if self._number == 0:
            return "The passphrase is another one than the backup was made with, or the backup was changed or cut off."
        return "The backup was changed or cut off: it is not as it was written."
