"""Encrypted files: what was changed, cut or moved is noticed, and nothing is used before."""

import io
from collections.abc import Callable

import pytest

from operations import encrypted_file
from operations.encrypted_file import MAGIC, BrokenBackupError, DecryptingReader, EncryptingWriter

PASSPHRASE = "một câu mật khẩu dài"
CHUNK = 64
SEALED = CHUNK + 16
HEADER = len(MAGIC) + 16


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encrypted_file, "CHUNK", CHUNK)
    monkeypatch.setattr(encrypted_file, "_COST", 2)


def encrypted(content: bytes, passphrase: str = PASSPHRASE) -> bytes:
    file = io.BytesIO()
    writer = EncryptingWriter(file, passphrase)
    for start in range(0, len(content), 7):
        writer.write(content[start : start + 7])
    writer.finish()
    return file.getvalue()


def decrypted(sealed: bytes, passphrase: str = PASSPHRASE) -> bytes:
    reader = DecryptingReader(io.BytesIO(sealed), passphrase)
    content = b""
    while piece := reader.read(10):
        content += piece
    reader.finish()
    return content


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK])
def test_what_was_written_is_read(size: int) -> None:
    content = bytes(range(256))[:size]
    sealed = encrypted(content)
    assert decrypted(sealed) == content
    assert sealed != encrypted(content)
    assert size < 16 or content[:16] not in sealed


def test_the_same_letters_in_other_code_points_are_the_same_passphrase() -> None:
    assert decrypted(encrypted(b"x", "mật khẩu"), "mâ\u0323t khâ\u0309u") == b"x"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda sealed: b"PK" + sealed, "no backup"),
        (lambda sealed: sealed[: HEADER - 1], "cut off"),
        (lambda sealed: sealed[:HEADER], "cut off"),
        (lambda sealed: sealed[: HEADER + SEALED], "its end is missing"),
        (lambda sealed: sealed[: HEADER + 2 * SEALED], "its end is missing"),
        (lambda sealed: sealed[:-1], "changed or cut off"),
        (lambda sealed: sealed + b"\0", "changed"),
        (lambda sealed: sealed[:HEADER] + sealed[HEADER + SEALED :], "changed"),
        (lambda sealed: sealed[: HEADER + SEALED] + sealed[HEADER:], "changed"),
    ],
)
def test_a_cut_or_changed_file_is_refused_in_one_sentence(change: Callable[[bytes], bytes], sentence: str) -> None:
    with pytest.raises(BrokenBackupError, match=sentence):
        decrypted(change(encrypted(bytes(200))))


def test_every_changed_byte_is_noticed() -> None:
    sealed = encrypted(bytes(200))
    for place in range(len(sealed)):
        with pytest.raises(BrokenBackupError):
            decrypted(sealed[:place] + bytes([sealed[place] ^ 1]) + sealed[place + 1 :])


def test_another_passphrase_is_refused() -> None:
    with pytest.raises(BrokenBackupError, match="The passphrase is another one"):
        decrypted(encrypted(b"x"), "một câu khác hẳn")
