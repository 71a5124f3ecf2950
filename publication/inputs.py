"""What a build was made from, in parts that can be told apart later: received files, decisions, rules, code.

What belongs here: one hash for each part, and keeping the decisions as they were. What does not: whether a build is
whole (`build_state`), what a release says of itself (`datapackage`).
"""

import hashlib
import hmac
import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from base.home import OWNER_ONLY, Home
from base.product import ROOT
from base.reference import reference_files
from ingestion.pseudonym_key import ensure_key
from ingestion.published_heads import open_registry

# What decides figures and reports. Tests, docs and the orchestration may change without making a release stale.
_CODE = (
    ("dbt/models", "*"),
    ("dbt/macros", "*"),
    ("dbt/tests", "*"),
    ("dbt", "dbt_project.yml"),
    ("base", "*.py"),
    ("ingestion", "*.py"),
    ("publication", "*.py"),
    ("expectations", "*"),
    ("audit", "*.py"),
    ("reports", "*"),
    (".", "uv.lock"),
)
_GENERATED = "__pycache__"


@dataclass(frozen=True)
class Inputs:
    """The parts. `decisions` has the mark of every decision file by its name (`decision_mark`); the others are one hash
    each.

    `finding_ledger` is the checksum of what was known of findings before; it decides when a finding was first seen and
    no figure, so that it is no part of `state`.
    """

    registry_head: str
    rules_hash: str
    code_hash: str
    decisions: dict[str, str] = field(default_factory=dict)
    finding_ledger: str | None = None

    @property
    def decisions_hash(self) -> str:
        """One hash of all decision files."""
        text = "".join(f"{name}:{checksum}\n" for name, checksum in sorted(self.decisions.items()))
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def state(self) -> str:
        """One hash of everything that decides the figures."""
        parts = (self.registry_head, self.decisions_hash, self.rules_hash, self.code_hash)
        return hashlib.sha256("".join(parts).encode()).hexdigest()


def inputs_of(home: Home) -> Inputs:
    """The inputs as they are now. Raises BrokenRegistryError."""
    code = {
        path
        for folder, pattern in _CODE
        for path in ((ROOT / folder).glob(pattern) if folder == "." else (ROOT / folder).rglob(pattern))
    }
    return Inputs(
        open_registry(home).head,
        rules_hash=_hash(reference_files()),
        code_hash=_hash(code),
        decisions={path.name: decision_mark(home, path.read_bytes()) for path in _decision_files(home)},
        finding_ledger=_checksum(home.finding_ledger) if home.finding_ledger.exists() else None,
    )


def decision_mark(home: Home, content: bytes) -> str:
    """A checksum of a decision file that only the owner of the secret key can compute.

    A release publishes it beside nearly everything that the file says but the values of cells: from a plain checksum
    a corrected identity number could be found by trying.
    """
    return hmac.new(ensure_key(home).read_bytes(), content, hashlib.sha256).hexdigest()


def kept_decision(home: Home, mark: str) -> Path:
    """Where a decision file, or the ledger of findings by its checksum, is kept as it was for a build."""
    return home.archive / "decisions" / mark


def keep_decisions(home: Home, inputs: Inputs) -> None:
    """Keep the decision files of a build under their marks: they may hold personal values, so in the archive.

    A file that changed since `inputs` was taken is not kept: its mark is no longer the recorded one.
    """
    wanted = {*inputs.decisions.values(), inputs.finding_ledger}
    for path in [*_decision_files(home), home.finding_ledger]:
        if not path.exists():
            continue
        content = path.read_bytes()
        is_ledger = path == home.finding_ledger
        mark = hashlib.sha256(content).hexdigest() if is_ledger else decision_mark(home, content)
        target = kept_decision(home, mark)
        if mark not in wanted or target.exists():
            continue
        target.parent.mkdir(mode=OWNER_ONLY, exist_ok=True)
        partial = target.with_suffix(f".{os.getpid()}.partial")
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o400)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        partial.replace(target)


def _decision_files(home: Home) -> list[Path]:
    return sorted(home.decisions.glob("*.csv"))


def _checksum(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _hash(paths: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for path in sorted(paths):
        if path.is_file() and _GENERATED not in path.parts:
            digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()
