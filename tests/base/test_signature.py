"""Signatures of releases, without a warehouse: what holds, what is missing, and how keys follow each other."""

import json
from datetime import UTC, datetime
from pathlib import Path

from base.home import Home
from base.signature import (
    fingerprint,
    known_keys,
    leads_to,
    read_signature,
    rotate_signing_key,
    sign_release,
    signature_problems,
)


def release(folder: Path, created: datetime) -> Path:
    made = folder / created.strftime("%Y%m%dT%H%M%S%fZ")
    made.mkdir()
    (made / "datapackage.json").write_text(json.dumps({"created": created.isoformat(timespec="seconds")}))
    return made


def test_the_first_release_that_is_signed_must_stay_signed(tmp_path: Path) -> None:
    home = Home(tmp_path / "home").create()
    older, first = release(tmp_path, datetime(2020, 1, 1, tzinfo=UTC)), release(tmp_path, datetime.now(UTC))
    sign_release(home, first)
    assert signature_problems(home, older) == signature_problems(home, first) == []
    (first / "datapackage.json").write_text("{}")
    assert "does not fit" in signature_problems(home, first)[0]
    (first / "signature.json").unlink()
    assert "is missing" in signature_problems(home, first)[0]


def test_whoever_knows_the_first_fingerprint_can_follow_to_the_newest_key(tmp_path: Path) -> None:
    home = Home(tmp_path / "home").create()
    rotate_signing_key(home)
    first = fingerprint(known_keys(home)[0]["publicKey"])
    rotate_signing_key(home)
    made = release(tmp_path, datetime(2999, 1, 1, tzinfo=UTC))
    sign_release(home, made)
    signature = read_signature(made)
    assert signature is not None
    assert leads_to(signature["keys"], first, signature["publicKey"])
    forged = [signature["keys"][0], {**signature["keys"][1], "signedByPrevious": "00"}]
    assert not leads_to(forged, first, signature["publicKey"])
