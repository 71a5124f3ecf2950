"""Taking back a file that was sent by mistake: withdrawn, or erased with its bytes and rows.

Both are decisions in the registry. A withdrawn file stays in the archive and counts no more, so that the submission
before it is in force again and its number is free. Of an erased file the registry keeps the checksum, what its cover
said, who decided and why; its name is blanked.
"""

import hashlib
import shutil
from datetime import UTC, datetime
from pathlib import Path

from base.home import Home
from base.locks import held
from base.text import fold
from ingestion.archive import remove
from ingestion.closures import closure_over
from ingestion.extract import SOURCE_FILE_ID_LENGTH
from ingestion.free_text import what_forbids
from ingestion.landing import stored_path
from ingestion.own_values import KnownValues
from ingestion.published_heads import open_registry
from ingestion.raw_store import remove_rows, write_registry_tables
from ingestion.registry import ACCEPTED, ERASED, REJECTED, WITHDRAWN, Entry, Registry

LEAST_DIGITS = 8
_OF_THE_CHAIN = ("sequence", "previous_hash", "hash", "is_blanked", "blanked")


class WrongDecisionError(ValueError):
    """The decision cannot be taken as it was asked for; the message is a sentence without a value of a workbook."""


def withdraw(home: Home, name: str, reason: str, decided_by: str) -> tuple[Entry, Registry]:
    """Withdraw a file: it counts no more, and its number may be used again. Raises WrongDecisionError."""
    with held(home.registry_lock, "reads workbooks or decides about a file"):
        registry = open_registry(home)
        entry = find_file(home, registry, name)
        _refuse_closed(registry, entry)
        texts = _checked(home, entry, reason, decided_by)
        if entry["status"] == WITHDRAWN:
            raise WrongDecisionError("That file is withdrawn already.")
        decision = _decision(entry, WITHDRAWN, texts)
        registry.append([decision])
        write_registry_tables(home, registry)
    return entry, registry


def erase(home: Home, name: str, reason: str, decided_by: str) -> tuple[Entry, Registry]:
    """Erase a file: its bytes, its rows in raw, its name, and the build files that hold its rows.

    Raises WrongDecisionError. What is interrupted in between is finished by the next ingestion.
    """
    with held(home.registry_lock, "reads workbooks or decides about a file"):
        registry = open_registry(home)
        entry = find_file(home, registry, name)
        _refuse_closed(registry, entry)
        texts = _checked(home, entry, reason, decided_by)
        registry.append_erasure({**_decision(entry, ERASED, texts), "findings": []})
        finish_erasures(home, registry)
        write_registry_tables(home, registry)
    with held(home.build_lock, "builds or publishes"):
        _remove_builds(home)
    return entry, registry


def finish_erasures(home: Home, registry: Registry) -> None:
    """Remove what is left of erased files from archive and raw; the other files of their batches stay."""
    erased = {sha256 for sha256, entry in registry.current().items() if entry["status"] == ERASED}
    for sha256 in erased:
        remove(home, sha256)
    batches: dict[str, set[str]] = {}
    for entry in registry.entries:
        if entry.get("sha256") in erased and entry["extraction_id"]:
            batches.setdefault(entry["extraction_id"], set()).add(entry["sha256"])
    for extraction_id, checksums in batches.items():
        remove_rows(home, extraction_id, checksums)


def find_file(home: Home, registry: Registry, name: str) -> Entry:
    """The registry entry of a file by its path in landing, its checksum, or the beginning of it.

    Raises WrongDecisionError when there is none, or several.
    """
    known = {one: entry for one, entry in registry.current().items() if entry["status"] != ERASED}
    for path in (home.landing / name, Path(name)):
        if path.is_file():
            with path.open("rb") as file:
                checksum = hashlib.file_digest(file, "sha256").hexdigest()
            if checksum in known:
                return known[checksum]
            raise WrongDecisionError(
                "The file that lies there now was not read; give the id of an earlier one (`poverty status --paths`)."
            )
    relative = Path(name).relative_to(home.landing) if Path(name).is_relative_to(home.landing) else Path(name)
    paths = {name, stored_path(relative.as_posix())}
    found = [entry for entry in known.values() if entry["landing_path"] in paths]
    if not found and len(name) >= LEAST_DIGITS:
        found = [entry for checksum, entry in known.items() if checksum.startswith(name.lower())]
    if not found:
        raise WrongDecisionError(
            "No file was received under that path or id. An id has at least 8 digits; `poverty status --paths` and "
            "quality.source_file list them."
        )
    if len(found) > 1:
        ids = ", ".join(entry["sha256"][:16] for entry in found)
        raise WrongDecisionError(f"That means several files: {ids}. Give the id of one.")
    return found[0]


def _refuse_closed(registry: Registry, entry: Entry) -> None:
    """A closed year goes on to count its files. Raises WrongDecisionError."""
    closure = closure_over(registry, entry["survey_year"])
    if closure is not None and entry["sha256"] in closure.files:
        raise WrongDecisionError(
            f"{entry['survey_year']} counts that file and is closed ({closure.decision}): "
            f"`poverty reopen {closure.survey_year}` first."
        )


def _checked(home: Home, entry: Entry, reason: str, decided_by: str) -> dict[str, str]:
    """Texts that stand for good in the registry: those of any decision about this file. Raises WrongDecisionError."""
    about = {"source_file_id": entry["sha256"][:SOURCE_FILE_ID_LENGTH], "survey_year": entry["survey_year"]}
    own = KnownValues(home).of(about)
    texts = {"reason": reason, "decided_by": decided_by}
    for (name, text), option in zip(texts.items(), ("--reason", "--by"), strict=True):
        why = what_forbids(text.strip(), own, is_signature=name == "decided_by") if text.strip() else "để trống"
        if why:
            raise WrongDecisionError(f"{option} {why}; hãy viết lại.")
    return {name: fold(text) for name, text in texts.items()}


def _decision(entry: Entry, status: str, texts: dict[str, str]) -> Entry:
    kept = {key: value for key, value in entry.items() if key not in _OF_THE_CHAIN}
    return {**kept, **texts, "status": status, "decided_at": datetime.now(UTC).isoformat(timespec="seconds")}


def _remove_builds(home: Home) -> None:
    """A build file holds rows of every file that was read, also in the blocks that DuckDB no longer uses."""
    for path in [*home.warehouse.glob("*.duckdb*"), home.warehouse / "build_state.json"]:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    for left in home.warehouse.glob("verify-*"):
        shutil.rmtree(left)


def is_read(entry: Entry) -> bool:
    """Whether a file may be read again: it was neither withdrawn nor erased."""
    return entry["status"] in (ACCEPTED, REJECTED)
