"""Decision files, and the ledger of findings, as they were for a build: kept in the archive under their marks."""

import hashlib
import hmac
from collections.abc import Collection
from pathlib import Path

from base.home import OWNER_ONLY, Home
from base.whole_file import write_whole
from ingestion.pseudonym_key import ensure_key


def decision_files(home: Home) -> list[Path]:
    """The decision files of a home, in the order of their names."""
    return sorted(home.decisions.glob("*.csv"))


def decision_mark(home: Home, content: bytes) -> str:
    """A checksum of a decision file that only the owner of the secret key can compute.

    A release publishes it beside nearly everything that the file says but the values of cells: from a plain checksum
    a corrected identity number could be found by trying.
    """
    return hmac.new(ensure_key(home).read_bytes(), content, hashlib.sha256).hexdigest()


def kept_decision(home: Home, mark: str) -> Path:
    """Where a decision file, or the ledger of findings by its checksum, is kept as it was for a build."""
    return home.archive / "decisions" / mark


def keep_decisions(home: Home, marks: Collection[str | None]) -> None:
    """Keep the decision files and the ledger that have one of the marks: they may hold personal values.

    A file that changed since its mark was taken is not kept: its mark is no longer the recorded one.
    """
    for path in [*decision_files(home), home.finding_ledger]:
        if not path.exists():
            continue
        content = path.read_bytes()
        is_ledger = path == home.finding_ledger
        mark = hashlib.sha256(content).hexdigest() if is_ledger else decision_mark(home, content)
        target = kept_decision(home, mark)
        if mark not in marks or target.exists():
            continue
        target.parent.mkdir(mode=OWNER_ONLY, exist_ok=True)
        write_whole(target, content, 0o400)
