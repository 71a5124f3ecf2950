"""What a build was made from, in parts that can be compared later: received files, decisions, rules, code."""

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from importlib.metadata import requires, version
from pathlib import Path

from base.home import Home
from base.product import DBT, PACKAGES
from base.reference import reference_files
from ingestion.kept_decisions import decision_files, decision_mark
from ingestion.published_heads import head_mark, open_registry

# What decides figures and reports. The sample, tests, documents, the command line and the orchestration may change
# without making a release stale.
_CODE = (
    (DBT, "models/**/*"),
    (DBT, "macros/**/*"),
    (DBT, "tests/**/*"),
    (DBT, "dbt_project.yml"),
    (DBT / "templates", "*"),
    (PACKAGES / "base", "**/*.py"),
    (PACKAGES / "ingestion", "**/*.py"),
    (PACKAGES / "expectations", "**/*"),
    (PACKAGES / "audit", "**/*.py"),
    (PACKAGES / "publication", "**/*.py"),
    (PACKAGES / "reports", "**/*"),
)
_GENERATED = "__pycache__"


@dataclass(frozen=True)
class Inputs:
    """The parts. `registry_head` is keyed (`head_mark`). `decisions` has the mark of every decision file by its name
    (`decision_mark`); the others are one hash each.

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
    return Inputs(
        head_mark(home, open_registry(home).head),
        rules_hash=_hash(reference_files()),
        code_hash=_hash(code_files(), "\n".join(_libraries())),
        decisions={path.name: decision_mark(home, path.read_bytes()) for path in decision_files(home)},
        finding_ledger=_checksum(home.finding_ledger) if home.finding_ledger.exists() else None,
    )


def code_files() -> set[Path]:
    """The files whose change makes a release stale; reference tables and form maps are rules and not among them."""
    return {
        path
        for folder, pattern in _CODE
        for path in folder.glob(pattern)
        if path.is_file() and _GENERATED not in path.parts
    }


def _libraries() -> Iterator[str]:
    """The libraries that the product asks for, with the versions that are installed."""
    for requirement in sorted(requires("poverty-warehouse") or []):
        name = re.split(r"[^\w.-]", requirement, maxsplit=1)[0]
        yield f"{name}=={version(name)}"


def _checksum(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _hash(paths: Iterable[Path], more: str = "") -> str:
    digest = hashlib.sha256(more.encode())
    # Not in the order of folders, which lie otherwise in an installed package than in a checkout.
    for name, content in sorted((path.name, path.read_bytes()) for path in paths):
        digest.update(name.encode() + content)
    return digest.hexdigest()
