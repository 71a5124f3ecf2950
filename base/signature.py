"""Signatures of releases: Ed25519 over `datapackage.json`, which holds the hash of every other file of a release and
the registry entry that it was made from.

The private key is `secrets/signing_key.pem`. `secrets/signing_keys.json` lists every public key that the home has had;
each is signed with the one before, so that whoever knows an old fingerprint can follow to the new one.
"""

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key

from base.home import Home
from base.release_layout import DESCRIPTION, SIGNATURE

ALGORITHM = "Ed25519"
# What is signed says what it is, so that no signature can stand for another thing.
_OF_RELEASE, _OF_KEY = b"poverty release 1\n", b"poverty signing key 1\n"
_GROUP = 4
Key = Mapping[str, Any]


def fingerprint(public_key: str) -> str:
    """The first 128 bits of the SHA-256 of a public key (hexadecimal), in groups, to be printed and compared by eye."""
    digits = hashlib.sha256(bytes.fromhex(public_key)).hexdigest()[:32].upper()
    return "-".join(digits[place : place + _GROUP] for place in range(0, len(digits), _GROUP))


def known_keys(home: Home) -> list[Key]:
    """The public keys of a home, the first first; none before the first signed release."""
    path = _list_path(home)
    return list(json.loads(path.read_text(encoding="utf-8"))) if path.exists() else []


def ensure_signing_key(home: Home, since: str | None = None) -> Key:
    """The key in use, made on first use; `since` is when the release was made that is the first to be signed."""
    keys = known_keys(home)
    return keys[-1] if keys and _key_path(home).exists() else rotate_signing_key(home, since)


def rotate_signing_key(home: Home, since: str | None = None) -> Key:
    """Make a new key and put it into use. The old private key is removed; its public key stays, for older releases.

    A new key whose predecessor's private key was lost is not signed with it: then nobody can follow to it.
    """
    home.secrets.mkdir(parents=True, exist_ok=True)
    keys = known_keys(home)
    new = Ed25519PrivateKey.generate()
    public_key = new.public_key().public_bytes_raw().hex()
    old = _private_key(home)
    now = since or datetime.now(UTC).isoformat(timespec="microseconds")
    made = {
        "publicKey": public_key,
        "since": now,
        "signedByPrevious": old.sign(_OF_KEY + bytes.fromhex(public_key)).hex() if old and keys else None,
    }
    if keys:
        keys[-1] = {**keys[-1], "until": now}
    pem = new.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    # The list first: a private key that no list names would sign releases that nobody trusts.
    _write(_list_path(home), json.dumps([*keys, made], indent=1).encode() + b"\n")
    _write(_key_path(home), pem)
    return made


def sign_release(home: Home, folder: Path) -> None:
    """Sign the description of a release in a folder; signature, public key and the keys before lie beside it."""
    content = (folder / DESCRIPTION).read_bytes()
    key = ensure_signing_key(home, json.loads(content)["created"])
    private = _private_key(home)
    if private is None:
        raise RuntimeError("the signing key was removed while a release was made")
    signature = {
        "algorithm": ALGORITHM,
        "signed": DESCRIPTION,
        "publicKey": key["publicKey"],
        "fingerprint": fingerprint(key["publicKey"]),
        "signature": private.sign(_OF_RELEASE + content).hex(),
        "keys": known_keys(home),
    }
    (folder / SIGNATURE).write_text(json.dumps(signature, indent=1) + "\n", encoding="utf-8")


def signature_problems(home: Home, release: Path) -> list[str]:
    """What is wrong with the signature of a release, one sentence each; empty when it holds.

    A release that is older than the home's first key has none.
    """
    keys = known_keys(home)
    path = release / SIGNATURE
    if not path.is_file():
        if not keys or release.name < _as_release_id(keys[0]["since"]):
            return []
        return [f"{SIGNATURE} is missing: the release is not signed."]
    broken = broken_signature(release)
    signature = read_signature(release)
    if broken or signature is None:
        return broken
    public_key = str(signature["publicKey"])
    shown = fingerprint(public_key)
    known = {key["publicKey"]: key for key in keys}
    if public_key not in known:
        return [f"The release is signed with another key ({shown}) than those of this home."]
    created = str(json.loads((release / DESCRIPTION).read_bytes()).get("created", ""))
    until = known[public_key].get("until")
    if until and datetime.fromisoformat(created) > datetime.fromisoformat(until):
        return [f"The release is signed with key {shown}, which was replaced on {until[:10]}, before it was made."]
    return []


def broken_signature(release: Path) -> list[str]:
    """What is wrong with a signature by itself, in sentences; whose key it is, only its fingerprint says."""
    try:
        signature = json.loads((release / SIGNATURE).read_text(encoding="utf-8"))
        public_key, signed = str(signature["publicKey"]), bytes.fromhex(signature["signature"])
        _public(public_key).verify(signed, _OF_RELEASE + (release / DESCRIPTION).read_bytes())
    except InvalidSignature:
        return [f"The signature does not fit {DESCRIPTION}: it, or a hash in it, was changed after it was signed."]
    except (ValueError, KeyError, TypeError, OSError):
        return [f"{SIGNATURE} cannot be read as a signature."]
    return []


def leads_to(keys: Sequence[Key], known_fingerprint: str, public_key: str) -> bool:
    """Whether who trusts a fingerprint may trust a public key: it is that key, or each key between signed the next."""
    trusted = False
    previous = ""
    for key in keys:
        if fingerprint(key["publicKey"]) == known_fingerprint:
            trusted = True
        elif trusted:
            trusted = _is_signed_by(previous, key)
        if trusted and key["publicKey"] == public_key:
            return True
        previous = key["publicKey"]
    return False


def _is_signed_by(previous: str, key: Key) -> bool:
    try:
        _public(previous).verify(
            bytes.fromhex(key["signedByPrevious"] or ""), _OF_KEY + bytes.fromhex(key["publicKey"])
        )
    except (InvalidSignature, ValueError, TypeError, KeyError):
        return False
    return True


def read_signature(release: Path) -> dict[str, Any] | None:
    """What lies beside the description of a release; None where it is not signed or the file cannot be read."""
    try:
        return dict(json.loads((release / SIGNATURE).read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return None


def _public(public_key: str) -> Ed25519PublicKey:
    return Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key))


def _private_key(home: Home) -> Ed25519PrivateKey | None:
    path = _key_path(home)
    if not path.exists():
        return None
    key = load_pem_private_key(path.read_bytes(), None)
    if not isinstance(key, Ed25519PrivateKey):
        raise TypeError(f"{path} is no {ALGORITHM} key")
    return key


def _as_release_id(moment: str) -> str:
    return datetime.fromisoformat(moment).strftime("%Y%m%dT%H%M%S%fZ")


def _key_path(home: Home) -> Path:
    return home.secrets / "signing_key.pem"


def _list_path(home: Home) -> Path:
    return home.secrets / "signing_keys.json"


def _write(path: Path, content: bytes) -> None:
    """Write a secret for its owner alone; the file appears whole or not at all."""
    partial = path.with_suffix(".partial")
    partial.unlink(missing_ok=True)
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
